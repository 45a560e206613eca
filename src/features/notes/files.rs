//! Files of a note: attached, downloaded as what a browser keeps and never shows, and the whole
//! note as text.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::act::{done, id_of, refused, write_entry};
use super::whose;
use crate::base::Zone;
use crate::base::id::NoteFileId;
use crate::store::notes::{self, FILE_BYTES_MAX, Note, NoteEntry};
use crate::store::{StoreError, organisation};
use crate::web::error::AppError;
use crate::web::multipart::{Event, MultipartFault, Parser};
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::words::{self, Word, note as told};

pub const BUNDLE_NAME: &str = "purser-diagnostics.zip";
const FILES_MAX: usize = 20;

/// Makes the diagnostic bundle; or says why it cannot be made.
pub struct BundleMaker(pub Box<dyn Fn() -> Result<Vec<u8>, String> + Send + Sync>);

pub async fn attach(
    state: Shared,
    who: Who,
    (request, id): (HttpRequest, web::Path<String>),
    body: web::Bytes,
) -> Result<HttpResponse, AppError> {
    let id = id_of(&id)?;
    let media = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let cut_off = |_| AppError::BadRequest(words::text(Word::ImportCutOff).to_owned());
    let files = read_form(media.unwrap_or_default(), &body).map_err(cut_off)?;
    if files.is_empty() || files.len() > FILES_MAX {
        write_entry(&state, &who, id, |_| Ok(())).await?;
        return Ok(refused(&state, &who, id, told::NO_FILE));
    }
    let name = who.name.clone();
    let kept = write_entry(&state, &who, id, move |tx| {
        for (file, bytes) in &files {
            if bytes.len() > FILE_BYTES_MAX || !notes::append_file(tx, id, (&name, file, bytes))? {
                // Takes back those before it, too.
                return Err(StoreError::Refused(told::TOO_LARGE.to_owned()));
            }
        }
        Ok(())
    });
    match kept.await {
        Ok(()) => Ok(done(&state, &who, id, told::ATTACHED)),
        Err(AppError::Store(StoreError::Refused(why))) => Ok(refused(&state, &who, id, &why)),
        Err(fault) => Err(fault),
    }
}

/// The files of a form, by name and content.
fn read_form(media: &str, body: &[u8]) -> Result<Vec<(String, Vec<u8>)>, MultipartFault> {
    let mut parser = Parser::new(media)?;
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let mut is_file = false;
    parser.push::<MultipartFault>(body, &mut |event| {
        match event {
            Event::Part(part) => {
                let name = part.file_name.filter(|name| !name.is_empty());
                is_file = name.is_some();
                files.extend(name.map(|name| (name, Vec::new())));
            }
            Event::Data(bytes) if is_file => {
                if let Some((_, content)) = files.last_mut() {
                    content.extend_from_slice(bytes);
                }
            }
            Event::Data(_) | Event::End => {}
        }
        Ok(())
    })?;
    parser.finish()?;
    Ok(files)
}

pub async fn download(
    state: Shared,
    who: Who,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let (note, file) = path.into_inner();
    let note = id_of(&note)?;
    let file = NoteFileId(file.parse().map_err(|_| AppError::NotFound)?);
    let whose = whose(&who)?;
    let found = read(&state, move |reader| {
        let conn = reader.conn();
        match notes::find_note(conn, whose, note)? {
            Some(_) => notes::find_file(conn, (note, file)),
            None => Ok(None),
        }
    });
    let (name, bytes) = found.await?.ok_or(AppError::NotFound)?;
    // Whatever it says it is: nothing of it is opened in our own name.
    Ok(attachment(&name, "application/octet-stream").body(bytes))
}

pub async fn export(
    state: Shared,
    who: Who,
    id: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let id = id_of(&id)?;
    let whose = whose(&who)?;
    let found = read(&state, move |reader| {
        let Some(note) = notes::find_note(reader.conn(), whose, id)? else { return Ok(None) };
        let zone = organisation::find(reader.conn())?.time_zone.unwrap_or_else(Zone::utc);
        Ok(Some(text_of(&note, &notes::list_entries(reader, id)?, &zone)))
    });
    let text = found.await?.ok_or(AppError::NotFound)?;
    Ok(attachment(&format!("note-{id}.txt"), "text/plain; charset=utf-8").body(text))
}

fn text_of(note: &Note, entries: &[NoteEntry], zone: &Zone) -> String {
    let mut text = format!("{}\n{}\n", note.title, told::written(&note.author, &note.helper));
    text.push_str(&format!("{}: {}\n", told::STATE, told::state(note.state.name())));
    for entry in entries {
        let (day, time) = (entry.at.day_in(zone), entry.at.time_in(zone));
        let what = told::entry(&entry.kind, &entry.text);
        text.push_str(&format!("\n{day} {time} {}\n{what}\n", entry.who));
    }
    text
}

fn attachment(name: &str, media: &str) -> actix_web::HttpResponseBuilder {
    // Letters of other alphabets go by their bytes; nothing of a name can end the head.
    let plain: String = name
        .chars()
        .map(|letter| match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' | '_' => letter,
            _ => '_',
        })
        .collect();
    let mut coded = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => coded.push(byte.into()),
            _ => coded.push_str(&format!("%{byte:02X}")),
        }
    }
    let how = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{coded}");
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::CONTENT_TYPE, media))
        .insert_header((header::CONTENT_DISPOSITION, how));
    answer
}
