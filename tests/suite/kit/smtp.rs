//! A mail server of this machine, with a certificate of its own making, that does what it is told
//! to do wrong. Keeps every byte that it was given.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    Good,
    /// As somebody on the way would have it.
    NoStartTls,
    /// Says more in plain after STARTTLS than it may.
    TalksAhead,
    /// Asks to come back the first time.
    LaterFirst,
    Refuses,
    WrongPassword,
    /// Takes the message and is gone before it says so.
    GoneAfter,
}

#[derive(Default)]
pub struct Taken {
    /// Everything that was said, as lines.
    pub said: Vec<String>,
    pub messages: Vec<String>,
    pub callers: usize,
}

pub struct Smtp {
    pub address: SocketAddr,
    /// Whom to believe, in PEM form.
    pub root: String,
    pub taken: Arc<Mutex<Taken>>,
}

pub fn serve(manner: Manner) -> Smtp {
    let key = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let root = params.self_signed(&key).unwrap().pem();
    let chain = vec![CertificateDer::from_pem_slice(root.as_bytes()).unwrap()];
    let private = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let taken = Arc::new(Mutex::new(Taken::default()));
    let (config, kept) = (Arc::new(config), Arc::clone(&taken));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            kept.lock().unwrap().callers += 1;
            let _ = talk(stream, &config, &kept, manner);
        }
    });
    Smtp { address, root, taken }
}

impl Smtp {
    pub fn messages(&self) -> Vec<String> {
        self.taken.lock().unwrap().messages.clone()
    }

    pub fn said(&self) -> String {
        self.taken.lock().unwrap().said.join("\n")
    }
}

fn talk(
    mut plain: TcpStream,
    config: &Arc<ServerConfig>,
    taken: &Mutex<Taken>,
    manner: Manner,
) -> std::io::Result<()> {
    plain.write_all(b"220 test\r\n")?;
    let mut lines = BufReader::new(plain.try_clone()?);
    let offer: &[u8] = match manner {
        Manner::NoStartTls => b"250-test\r\n250 AUTH PLAIN LOGIN\r\n",
        _ => b"250-test\r\n250 STARTTLS\r\n",
    };
    loop {
        let line = read_line(&mut lines, taken)?;
        match line.get(..4).unwrap_or_default() {
            "EHLO" => plain.write_all(offer)?,
            "STAR" if manner == Manner::TalksAhead => {
                plain.write_all(b"220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n")?;
                break;
            }
            "STAR" => {
                plain.write_all(b"220 go\r\n")?;
                break;
            }
            _ => plain.write_all(b"250 ok\r\n")?,
        }
    }
    let session = ServerConnection::new(Arc::clone(config)).unwrap();
    let stream = StreamOwned::new(session, plain);
    closed(&mut BufReader::new(stream), taken, manner)
}

type Closed = BufReader<StreamOwned<ServerConnection, TcpStream>>;

fn closed(stream: &mut Closed, taken: &Mutex<Taken>, manner: Manner) -> std::io::Result<()> {
    loop {
        let line = read_line(stream, taken)?;
        let answer: &[u8] = match line.get(..4).unwrap_or_default() {
            "EHLO" => b"250-test\r\n250 AUTH PLAIN LOGIN\r\n",
            "AUTH" if manner == Manner::WrongPassword => b"535 no, AGFubgBoZXJvbg==\r\n",
            "AUTH" => b"235 welcome\r\n",
            "RCPT" if manner == Manner::Refuses => b"550 nobody of that name\r\n",
            "RCPT" if manner == Manner::LaterFirst && taken.lock().unwrap().callers == 1 => {
                b"451 come back later\r\n"
            }
            "DATA" => {
                stream.get_mut().write_all(b"354 go on\r\n")?;
                let mut message = String::new();
                loop {
                    let mut line = String::new();
                    if stream.read_line(&mut line)? == 0 || line == ".\r\n" {
                        break;
                    }
                    message.push_str(&line);
                }
                taken.lock().unwrap().messages.push(message);
                if manner == Manner::GoneAfter {
                    return Ok(());
                }
                b"250 kept as 1\r\n"
            }
            "QUIT" => {
                stream.get_mut().write_all(b"221 bye\r\n")?;
                return Ok(());
            }
            _ => b"250 ok\r\n",
        };
        stream.get_mut().write_all(answer)?;
        stream.get_mut().flush()?;
    }
}

fn read_line(from: &mut impl BufRead, taken: &Mutex<Taken>) -> std::io::Result<String> {
    let mut line = String::new();
    if from.read_line(&mut line)? == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    taken.lock().unwrap().said.push(line.trim_end().to_owned());
    Ok(line)
}
