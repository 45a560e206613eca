//! A form with files, on its way from the network into the spool: never whole in memory, and
//! gone again when it breaks off.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use actix_web::http::header;
use actix_web::{HttpRequest, web};
use futures_util::StreamExt;

use super::UPLOAD_BYTES_MAX;
use crate::store::StoreError;
use crate::sync::spool::Spool;
use crate::web::error::AppError;
use crate::web::multipart::{Event, MultipartFault, Parser};
use crate::web::state::off_thread;
use crate::web::words::{self, Word};

/// Gathered before the disk is asked.
const PIECE_BYTES: usize = 512 * 1024;
/// A field beside the files is a name or a code.
const FIELD_BYTES_MAX: usize = 4 * 1024;

/// What a form brought.
#[derive(Debug, Default)]
pub struct Received {
    fields: Vec<(String, Vec<u8>)>,
    pub files: Vec<Spooled>,
}

#[derive(Debug)]
pub struct Spooled {
    pub path: PathBuf,
    pub file_name: String,
}

impl Received {
    /// What was said in a field; `None` where it was left empty.
    pub fn field(&self, name: &str) -> Option<String> {
        let (_, value) = self.fields.iter().find(|(other, _)| other == name)?;
        let value = String::from_utf8_lossy(value).trim().to_owned();
        (!value.is_empty()).then_some(value)
    }
}

#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Form(#[from] MultipartFault),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("too large")]
    TooLarge,
}

impl From<Fault> for AppError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Form(_) => Self::BadRequest(words::text(Word::ImportCutOff).to_owned()),
            Fault::TooLarge => Self::Unprocessable(words::text(Word::ImportTooLarge).to_owned()),
            Fault::Store(fault) => Self::Store(fault),
        }
    }
}

/// Reads the whole form. Whatever was spooled of it is removed where it fails.
///
/// # Errors
/// `BadRequest` for a form that is cut off, `Unprocessable` for one that is too large,
/// `Store(DiskFull)`.
pub async fn receive(
    request: &HttpRequest,
    mut payload: web::Payload,
    spool: &Spool,
) -> Result<Received, AppError> {
    let media = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let parser = Parser::new(media.unwrap_or_default()).map_err(Fault::Form)?;
    let mut receiving = Receiving::new(parser, spool.clone());
    let mut piece: Vec<u8> = Vec::with_capacity(PIECE_BYTES);
    loop {
        let bytes = match payload.next().await {
            Some(Ok(bytes)) => Some(bytes),
            Some(Err(_)) => return Err(Fault::Form(MultipartFault::CutOff).into()),
            None => None,
        };
        let is_over = bytes.is_none();
        piece.extend_from_slice(&bytes.unwrap_or_default());
        if is_over || piece.len() >= PIECE_BYTES {
            let full = std::mem::take(&mut piece);
            receiving = off_thread(move || receiving.push(&full)).await??;
        }
        if is_over {
            return Ok(receiving.finish()?);
        }
    }
}

struct Receiving {
    parser: Parser,
    taking: Taking,
}

/// Its files go with it unless they were handed on.
struct Taking {
    spool: Spool,
    received: Received,
    open: Option<File>,
    bytes: usize,
}

impl Receiving {
    fn new(parser: Parser, spool: Spool) -> Self {
        let received = Received::default();
        Self { parser, taking: Taking { spool, received, open: None, bytes: 0 } }
    }

    fn push(mut self, piece: &[u8]) -> Result<Self, Fault> {
        let Self { parser, taking } = &mut self;
        taking.bytes += piece.len();
        if taking.bytes > UPLOAD_BYTES_MAX {
            return Err(Fault::TooLarge);
        }
        parser.push(piece, &mut |event| taking.take(event))?;
        Ok(self)
    }

    fn finish(mut self) -> Result<Received, Fault> {
        self.parser.finish()?;
        Ok(std::mem::take(&mut self.taking.received))
    }
}

impl Taking {
    fn take(&mut self, event: Event<'_>) -> Result<(), Fault> {
        match event {
            Event::Part(part) => match part.file_name {
                // A file field that nobody touched is sent without a name.
                Some(name) if name.is_empty() => self.open = None,
                Some(file_name) => {
                    let (path, file) = self.spool.create()?;
                    self.received.files.push(Spooled { path, file_name });
                    self.open = Some(file);
                }
                None => self.received.fields.push((part.name, Vec::new())),
            },
            Event::Data(data) => self.write(data)?,
            Event::End => self.open = None,
        }
        Ok(())
    }

    fn write(&mut self, data: &[u8]) -> Result<(), Fault> {
        if let (Some(file), Some(spooled)) = (&mut self.open, self.received.files.last()) {
            return file
                .write_all(data)
                .map_err(|error| StoreError::file(&spooled.path, &error).into());
        }
        let Some((_, value)) = self.received.fields.last_mut() else { return Ok(()) };
        if value.len() + data.len() > FIELD_BYTES_MAX {
            return Err(MultipartFault::TooMuch.into());
        }
        value.extend_from_slice(data);
        Ok(())
    }
}

impl Drop for Taking {
    fn drop(&mut self) {
        for file in &self.received.files {
            self.spool.remove(&file.path);
        }
    }
}
