//! Words of a server that others in the network can reach.

pub const BANNER: &str = "Open to your network, over TLS.";

/// What is told at the start: the mark of the authority, and how a phone comes to trust it.
pub fn how_to_trust(file: &str, fingerprint: &str, urls: &[String]) -> String {
    let urls = urls.join("\n  ");
    format!(
        "Reachable from your network at\n  {urls}\n\
         The certificate was made on this machine. To trust it on a phone or another computer:\n\
         \x20 1. Copy {file} there (by cable or a memory stick, never its .key).\n\
         \x20 2. Compare its SHA-256 fingerprint: {fingerprint}\n\
         \x20 3. iPhone: open it, install the profile in Settings, then switch it on under \
         General, About, Certificate Trust Settings.\n\
         \x20    Android: Settings, Security, More, Install a certificate, CA certificate.\n\
         \x20    Computer: import it as a trusted authority for web sites.\n\
         It is good for names and addresses of your own network only."
    )
}
