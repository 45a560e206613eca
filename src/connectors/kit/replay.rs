//! A transport that answers from what was recorded, or made: for tests, and for pulling without a
//! network. It notes what it was asked, with secrets masked.

use std::io::Cursor;
use std::sync::{Mutex, PoisonError};

use super::http::{Answer, Reach, Request, Transport};
use crate::connectors::fault::Fault;

/// What is answered to whom.
pub struct Replay {
    answers: Mutex<Vec<Recorded>>,
    asked: Mutex<Vec<String>>,
}

/// One recorded exchange.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub method: &'static str,
    /// Must occur in the address, encoded as it is sent; empty fits every one.
    pub url_part: String,
    /// Must occur in the body; empty fits every one.
    pub body_part: String,
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Answers once and is gone; otherwise it answers as often as it is asked.
    pub once: bool,
}

impl Recorded {
    pub fn get(url_part: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self {
            method: "GET",
            url_part: url_part.into(),
            body_part: String::new(),
            status: 200,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.into(),
            once: false,
        }
    }

    pub fn post(url_part: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self { method: "POST", ..Self::get(url_part, body) }
    }

    pub fn patch(url_part: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self { method: "PATCH", ..Self::get(url_part, body) }
    }

    #[must_use]
    pub fn when_body(self, part: impl Into<String>) -> Self {
        Self { body_part: part.into(), ..self }
    }

    #[must_use]
    pub fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_ascii_lowercase(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn once(self) -> Self {
        Self { once: true, ..self }
    }

    fn fits(&self, request: &Request) -> bool {
        self.method == request.method.name()
            && request.url.contains(&self.url_part)
            && String::from_utf8_lossy(&request.body).contains(&self.body_part)
    }
}

impl Replay {
    /// The first that fits answers.
    pub fn new(answers: impl IntoIterator<Item = Recorded>) -> Self {
        let answers = Mutex::new(answers.into_iter().collect());
        Self { answers, asked: Mutex::default() }
    }

    /// `GET https://host/path?a=b`, with secrets masked, in the order of asking.
    pub fn list_asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Transport for Replay {
    fn send(&self, request: &Request, _: &Reach) -> Result<Answer, Fault> {
        let asked = format!("{} {}", request.method.name(), request.mask(&request.url));
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let found = answers.iter().position(|recorded| recorded.fits(request));
        let Some(found) = found else {
            let what = format!("Nothing was recorded for {}.", request.mask(&request.url));
            return Err(Fault::refused(0, what));
        };
        let recorded = match answers[found].once {
            true => answers.remove(found),
            false => answers[found].clone(),
        };
        let body = Box::new(Cursor::new(recorded.body));
        let from = (body as Box<dyn std::io::Read + Send>, request.bytes_max);
        Ok(Answer::new(recorded.status, recorded.headers, from, request.place()))
    }
}
