//! A price list as a file: small, so it is read in memory, and looked at like one that is pasted.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::prices::{Typed, look};
use crate::base::id::SupplierId;
use crate::connectors::kit::decode;
use crate::sync::ctx::Tools;
use crate::web::error::AppError;
use crate::web::multipart::{Event, MultipartFault, Parser};
use crate::web::page::Site;
use crate::web::session::Who;
use crate::web::state::Shared;
use crate::web::words::{self, Word};

pub async fn take(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    (request, id): (HttpRequest, web::Path<String>),
    body: web::Bytes,
) -> Result<HttpResponse, AppError> {
    let id = SupplierId(id.parse().map_err(|_| AppError::NotFound)?);
    let media = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let cut_off = |_| AppError::BadRequest(words::text(Word::ImportCutOff).to_owned());
    let typed = read_form(media.unwrap_or_default(), &body).map_err(cut_off)?;
    look(&state, &tools, site, who, (&request, id), typed).await
}

fn read_form(media: &str, body: &[u8]) -> Result<Typed, MultipartFault> {
    let mut parser = Parser::new(media)?;
    let mut typed = Typed::default();
    let (mut name, mut value) = (String::new(), Vec::new());
    parser.push::<MultipartFault>(body, &mut |event| {
        match event {
            Event::Part(part) => (name, value) = (part.name, Vec::new()),
            Event::Data(bytes) => value.extend_from_slice(bytes),
            Event::End => match name.as_str() {
                "file" => typed.text = decode::text(&value).into_owned(),
                "goes" => typed.goes = decode::text(&value).trim().to_owned(),
                _ => {}
            },
        }
        Ok(())
    })?;
    parser.finish()?;
    Ok(typed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_a_form_is_its_text() {
        let body = "--edge\r\nContent-Disposition: form-data; name=\"goes\"\r\n\r\nyes\r\n\
            --edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"p.csv\"\r\n\r\n\
            sku,unit_cost\nA,1\r\n--edge--\r\n";
        let media = "multipart/form-data; boundary=edge";
        let typed = read_form(media, body.as_bytes()).unwrap();
        assert_eq!((typed.text.as_str(), typed.goes.as_str()), ("sku,unit_cost\nA,1", "yes"));
        assert!(read_form(media, &body.as_bytes()[..80]).is_err());
        assert!(read_form("text/plain", b"").is_err());
    }
}
