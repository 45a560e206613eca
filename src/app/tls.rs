//! The closed way for others in the network: a certificate of the owner's, or one that is made here
//! by an authority of this installation's own. That authority is good for names and addresses of
//! private networks only: whoever trusts it on a phone opens nothing else by it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, anyhow, bail};
use lettre::transport::smtp::extension::ClientId;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::app::paths::Paths;
use crate::base::{Clock, Day, Instant, Zone};
use crate::store::{crypt, files};

/// Phones refuse longer ones.
const SERVER_DAYS: i32 = 397;
const AUTHORITY_MONTHS: i32 = 120;
/// Made anew so many days before its end.
const RENEW_DAYS: i32 = 30;
/// How often it is looked at whether the certificate is another one, or needs to be.
const LOOK_S: i64 = 3_600;

const AUTHORITY: &str = "authority.pem";
const AUTHORITY_KEY: &str = "authority.key";
/// The names for which the authority is good, a line each.
const AUTHORITY_NAMES: &str = "authority.names";

/// A certificate of the owner's.
#[derive(Clone, Debug)]
pub struct OwnFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// What is told of an authority that was made here.
#[derive(Clone, Debug)]
pub struct Authority {
    pub file: PathBuf,
    /// SHA-256 in hexadecimal, by pairs.
    pub fingerprint: String,
}

pub struct Closed {
    pub config: ServerConfig,
    pub authority: Option<Authority>,
}

/// The names and addresses under which others in the network find this machine at `listen`.
pub fn names_of(listen: SocketAddr, allow_hosts: &[String]) -> Vec<String> {
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
    if !listen.ip().is_loopback() {
        if let ClientId::Domain(host) = ClientId::default()
            && is_name(&host)
        {
            let host = host.to_ascii_lowercase();
            if !host.contains('.') {
                names.push(format!("{host}.local"));
            }
            names.push(host);
        }
        match listen.ip().is_unspecified() {
            true => names.extend(own_address().filter(is_private).map(|ip| ip.to_string())),
            false => names.push(listen.ip().to_string()),
        }
    }
    // With a port it names another place's view of us, a proxy's.
    names.extend(allow_hosts.iter().filter(|name| is_name(name)).cloned());
    let mut known = std::collections::BTreeSet::new();
    names.retain(|name| known.insert(name.clone()));
    names
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
}

/// The address that the system would use towards the network. Nothing is sent.
fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    let ip = socket.local_addr().ok()?.ip();
    (!ip.is_unspecified() && !ip.is_loopback()).then_some(ip)
}

/// The owner's certificate, or one made here for these names.
///
/// # Errors
/// Files that cannot be read or do not belong together; a name for which the authority of this
/// installation is not good.
pub fn open(
    paths: &Paths,
    own: Option<&OwnFiles>,
    names: &[String],
    clock: &Clock,
) -> anyhow::Result<Closed> {
    let folder = paths.config.join("tls");
    let load: Load = match own {
        Some(own) => {
            let own = own.clone();
            Box::new(move |_| read_pair(&own.certificate, &own.key))
        }
        None => {
            let (folder, names) = (folder.clone(), names.to_vec());
            Box::new(move |now| made_pair(&folder, &names, now))
        }
    };
    let now = clock.now();
    let first = Arc::new(load(now)?);
    let authority = match own {
        Some(_) => None,
        None => {
            let file = folder.join(AUTHORITY);
            let der = CertificateDer::from_pem_file(&file).map_err(|fault| anyhow!("{fault}"))?;
            Some(Authority { file, fingerprint: fingerprint(&der) })
        }
    };
    let held = Mutex::new((first, now.plus_seconds(LOOK_S)));
    let resolver = Arc::new(Renewing { held, load, clock: clock.clone() });
    let config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .context("TLS cannot be set up")?
        .with_no_client_auth()
        .with_cert_resolver(resolver);
    Ok(Closed { config, authority })
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

pub fn fingerprint(der: &[u8]) -> String {
    let hex = crypt::to_hex(&crypt::sha256(der)).to_uppercase();
    let pairs: Vec<&str> = (0..hex.len() / 2).map(|at| &hex[at * 2..at * 2 + 2]).collect();
    pairs.join(":")
}

type Load = Box<dyn Fn(Instant) -> anyhow::Result<CertifiedKey> + Send + Sync>;

/// Looks now and then whether the certificate is another one: a program that runs for years
/// outlives each of them.
struct Renewing {
    held: Mutex<(Arc<CertifiedKey>, Instant)>,
    load: Load,
    clock: Clock,
}

impl std::fmt::Debug for Renewing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[certificate]")
    }
}

impl ResolvesServerCert for Renewing {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let now = self.clock.now();
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if now >= held.1 {
            held.1 = now.plus_seconds(LOOK_S);
            match (self.load)(now) {
                Ok(pair) => held.0 = Arc::new(pair),
                Err(fault) => tracing::warn!(
                    fault = format!("{fault:#}"),
                    "The certificate could not be read anew; the former one goes on"
                ),
            }
        }
        Some(Arc::clone(&held.0))
    }
}

fn read_pair(certificate: &Path, key: &Path) -> anyhow::Result<CertifiedKey> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(certificate)
        .map_err(|fault| anyhow!("{}: {fault}", certificate.display()))?
        .collect();
    let chain = chain.map_err(|fault| anyhow!("{}: {fault}", certificate.display()))?;
    if chain.is_empty() {
        bail!("{} holds no certificate in PEM form", certificate.display());
    }
    let der = PrivateKeyDer::from_pem_file(key)
        .map_err(|fault| anyhow!("{} holds no key in PEM form: {fault}", key.display()))?;
    CertifiedKey::from_der(chain, der, &provider()).with_context(|| {
        format!("{} and {} do not belong together", certificate.display(), key.display())
    })
}

/// The certificate that was made here, made anew where it ends soon or the names are others.
fn made_pair(folder: &Path, names: &[String], now: Instant) -> anyhow::Result<CertifiedKey> {
    let today = now.day_in(&Zone::utc());
    let (certificate, key) = (folder.join("server.pem"), folder.join("server.key"));
    let stamp = folder.join("server.names");
    let wanted = names.join("\n");
    let is_good = std::fs::read_to_string(&stamp).is_ok_and(|text| {
        let (day, kept) = text.split_once('\n').unwrap_or_default();
        let day = Day::parse(day).ok();
        kept == wanted && day.is_some_and(|end| today.plus(RENEW_DAYS) < end)
    });
    if !is_good || !certificate.exists() || !key.exists() {
        files::make_private_folder(folder)?;
        let issuer = authority(folder, names, today)?;
        let end = today.plus(SERVER_DAYS);
        let pair = KeyPair::generate()?;
        let mut params = CertificateParams::new(names.to_vec())?;
        params.distinguished_name.push(DnType::CommonName, "Purser");
        params.use_authority_key_identifier_extension = true;
        params.key_usages.push(KeyUsagePurpose::DigitalSignature);
        params.extended_key_usages.push(ExtendedKeyUsagePurpose::ServerAuth);
        set_life(&mut params, today.plus(-1), end)?;
        let made = params.signed_by(&pair, &issuer)?;
        files::write_private(&key, pair.serialize_pem().as_bytes())?;
        files::write_private(&certificate, made.pem().as_bytes())?;
        files::write_private(&stamp, format!("{end}\n{wanted}").as_bytes())?;
    }
    read_pair(&certificate, &key)
}

/// From one day to another, at midnight.
fn set_life(params: &mut CertificateParams, from: Day, to: Day) -> anyhow::Result<()> {
    let (year, month, day) = from.civil();
    params.not_before = rcgen::date_time_ymd(year, u8::try_from(month)?, u8::try_from(day)?);
    let (year, month, day) = to.civil();
    params.not_after = rcgen::date_time_ymd(year, u8::try_from(month)?, u8::try_from(day)?);
    Ok(())
}

/// The authority of this installation, made at its first use.
fn authority(
    folder: &Path,
    names: &[String],
    today: Day,
) -> anyhow::Result<Issuer<'static, KeyPair>> {
    let (file, key) = (folder.join(AUTHORITY), folder.join(AUTHORITY_KEY));
    let kept = folder.join(AUTHORITY_NAMES);
    if !file.exists() || !key.exists() || !kept.exists() {
        let pair = KeyPair::generate()?;
        let params = authority_params(names, today)?;
        let made = params.self_signed(&pair)?;
        files::write_private(&key, pair.serialize_pem().as_bytes())?;
        files::write_private(&file, made.pem().as_bytes())?;
        files::write_private(&kept, names.join("\n").as_bytes())?;
        return Ok(Issuer::new(params, pair));
    }
    let good_for = std::fs::read_to_string(&kept)?;
    let good_for: Vec<String> = good_for.lines().map(str::to_owned).collect();
    check_names(names)?;
    let stray = names.iter().find(|name| is_of_names(name) && !is_within(name, &good_for));
    if let Some(stray) = stray {
        bail!(
            "the certificate authority of this installation is not good for {stray}, and a new \
             one has to be trusted anew on every device. Nothing was started; leave the name out, \
             or remove the folder {} and start again",
            folder.display()
        );
    }
    let pair = KeyPair::from_pem(&std::fs::read_to_string(&key)?)?;
    Ok(Issuer::new(authority_params(&good_for, today)?, pair))
}

fn is_of_names(name: &str) -> bool {
    name.parse::<IpAddr>().is_err()
}

fn is_within(name: &str, good_for: &[String]) -> bool {
    good_for.iter().any(|known| name == known || name.ends_with(&format!(".{known}")))
}

/// Of a home, a firm, or a network of one's own over the internet (100.64.0.0/10).
fn is_private(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [first, second, ..] = ip.octets();
            let is_shared = first == 100 && (64..128).contains(&second);
            ip.is_private() || ip.is_loopback() || ip.is_link_local() || is_shared
        }
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

/// Addresses of others' networks are none that we may vouch for.
fn check_names(names: &[String]) -> anyhow::Result<()> {
    let addresses = names.iter().filter_map(|name| name.parse::<IpAddr>().ok());
    for ip in addresses {
        if !is_private(&ip) {
            bail!(
                "{ip} is an address of the open internet, for which no certificate is made here. \
                 Nothing was started; give one with --tls-cert and --tls-key"
            );
        }
    }
    Ok(())
}

fn authority_params(names: &[String], today: Day) -> anyhow::Result<CertificateParams> {
    check_names(names)?;
    let mut params = CertificateParams::new(Vec::<String>::new())?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Purser, made on this machine");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let dns = names.iter().filter(|name| is_of_names(name)).cloned().map(GeneralSubtree::DnsName);
    let v4 = [([10, 0, 0, 0], 8), ([172, 16, 0, 0], 12), ([192, 168, 0, 0], 16)];
    let more = [([127, 0, 0, 0], 8), ([169, 254, 0, 0], 16), ([100, 64, 0, 0], 10)];
    let v4 = v4.into_iter().chain(more);
    let v4 = v4.map(|(address, bits)| CidrSubnet::from_v4_prefix(address, bits));
    let v6 = ["fc00::/7", "fe80::/10", "::1/128"].map(|text| {
        let (address, bits) = text.split_once('/').unwrap_or_default();
        let address: std::net::Ipv6Addr = address.parse().unwrap_or(std::net::Ipv6Addr::LOCALHOST);
        CidrSubnet::from_v6_prefix(address.octets(), bits.parse().unwrap_or(128))
    });
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: dns.chain(v4.chain(v6).map(GeneralSubtree::IpAddress)).collect(),
        excluded_subtrees: Vec::new(),
    });
    set_life(&mut params, today.plus(-1), today.plus_months(AUTHORITY_MONTHS))?;
    Ok(params)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::Folder;

    fn names(text: &[&str]) -> Vec<String> {
        text.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_certificate_is_kept_until_it_ends_soon_or_the_names_are_others() {
        let folder = Folder::new();
        let path = folder.file("tls");
        let now = Instant::parse("2026-11-22T12:00:00Z").unwrap();
        let one = names(&["localhost", "nas.local", "192.168.1.5"]);
        let der = |names: &[String], now| made_pair(&path, names, now).unwrap().cert[0].to_vec();
        let first = der(&one, now);
        let day = 86_400;
        assert_eq!(der(&one, now.plus_seconds(300 * day)), first);
        let later = der(&one, now.plus_seconds(370 * day));
        assert_ne!(later, first, "27 days before its end");
        let other = names(&["localhost", "nas.local", "192.168.1.6"]);
        let now = now.plus_seconds(371 * day);
        assert_ne!(der(&other, now), later);
        let refused = made_pair(&path, &names(&["shop.example"]), now).unwrap_err().to_string();
        assert!(refused.contains("not good for shop.example"), "{refused}");
        let refused = made_pair(&path, &names(&["8.8.8.8"]), now).unwrap_err().to_string();
        assert!(refused.contains("--tls-cert"), "{refused}");
        #[cfg(unix)]
        for entry in std::fs::read_dir(&path).unwrap() {
            use std::os::unix::fs::PermissionsExt;
            let mode = entry.unwrap().metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_pair_that_does_not_belong_together_is_refused() {
        let folder = Folder::new();
        let now = Instant::parse("2026-11-22T12:00:00Z").unwrap();
        let (one, two) = (folder.file("one"), folder.file("two"));
        for path in [&one, &two] {
            made_pair(path, &names(&["localhost"]), now).unwrap();
        }
        let (right, wrong) = (one.join("server.key"), two.join("server.key"));
        assert!(read_pair(&one.join("server.pem"), &right).is_ok());
        let refused = read_pair(&one.join("server.pem"), &wrong).unwrap_err();
        assert!(refused.to_string().contains("do not belong together"), "{refused}");
        assert!(read_pair(&right, &right).is_err());
        assert!(read_pair(&folder.file("none"), &right).is_err());
    }
}
