//! A call to the seller's own queue, signed as AWS wants it (Signature Version 4).

use crate::base::Instant;
use crate::base::secret::Secret;
use crate::connectors::ctx::Ctx;
use crate::connectors::fault::Fault;
use crate::connectors::kit::http::Request;
use crate::connectors::kit::sign::{Digest, hmac};

const SERVICE: &str = "sqs";
const MEDIA: &str = "application/x-amz-json-1.0";
const SIGNED: &str = "content-type;host;x-amz-date;x-amz-target";

/// A queue of the seller's, told by its address.
#[derive(Debug, PartialEq, Eq)]
pub struct Queue<'a> {
    pub url: &'a str,
    region: &'a str,
    account: &'a str,
    name: &'a str,
}

impl<'a> Queue<'a> {
    /// `https://sqs.eu-west-1.amazonaws.com/123456789012/orders`
    pub fn parse(url: &'a str) -> Option<Self> {
        let rest = url.strip_prefix("https://sqs.")?;
        let (region, rest) = rest.split_once(".amazonaws.com/")?;
        let (account, name) = rest.split_once('/')?;
        let is_plain = |text: &str| {
            let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
            !text.is_empty() && text.bytes().all(is_sign)
        };
        let is_account = account.bytes().all(|byte| byte.is_ascii_digit());
        let is_fine = is_account && [region, account, name].into_iter().all(is_plain);
        is_fine.then_some(Self { url, region, account, name })
    }

    /// As Amazon's notifications call it.
    pub fn arn(&self) -> String {
        format!("arn:aws:sqs:{}:{}:{}", self.region, self.account, self.name)
    }

    /// A signed call of one of the queue's actions.
    ///
    /// # Errors
    /// `Auth` where a key is missing.
    pub fn call(
        &self,
        ctx: &Ctx<'_>,
        (action, body): (&str, &serde_json::Value),
    ) -> Result<Request, Fault> {
        let (id, key) = (ctx.secret("aws_key_id")?, ctx.secret("aws_secret_key")?);
        let host = format!("sqs.{}.amazonaws.com", self.region);
        let target = format!("AmazonSQS.{action}");
        let stamp = stamp(ctx.clock.now());
        let text = body.to_string();
        let canonical = format!(
            "POST\n/\n\ncontent-type:{MEDIA}\nhost:{host}\nx-amz-date:{stamp}\n\
             x-amz-target:{target}\n\n{SIGNED}\n{}",
            sha256(text.as_bytes())
        );
        let day = &stamp[..8];
        let scope = format!("{day}/{}/{SERVICE}/aws4_request", self.region);
        let message =
            format!("AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{}", sha256(canonical.as_bytes()));
        let signing = signing_key(&key, (day, self.region, SERVICE));
        let signature = hex(&hmac(Digest::Sha256, &signing, message.as_bytes()));
        let told = Secret::new(format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={SIGNED}, Signature={signature}",
            id.expose()
        ));
        Ok(Request::post("queue", format!("https://{host}/"))
            .body(MEDIA, text)
            .header("x-amz-date", stamp)
            .header("x-amz-target", target)
            .secret("authorization", &told)
            .hide(&id)
            .hide(&key))
    }
}

/// `20150830T123600Z`
fn stamp(at: Instant) -> String {
    at.to_string().replace(['-', ':'], "")
}

fn signing_key(key: &Secret, (day, region, service): (&str, &str, &str)) -> Vec<u8> {
    let first = zeroize::Zeroizing::new(format!("AWS4{}", key.expose()));
    let mut signed = hmac(Digest::Sha256, first.as_bytes(), day.as_bytes());
    for part in [region, service, "aws4_request"] {
        signed = hmac(Digest::Sha256, &signed, part.as_bytes());
    }
    signed
}

fn sha256(bytes: &[u8]) -> String {
    hex(ring::digest::digest(&ring::digest::SHA256, bytes).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signing_key_is_that_of_amazon_s_own_example() {
        let key = Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned());
        let signing = signing_key(&key, ("20150830", "us-east-1", "iam"));
        let expected = "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9";
        assert_eq!(hex(&signing), expected);
        let at = Instant::parse("2015-08-30T12:36:00Z").unwrap();
        assert_eq!(stamp(at), "20150830T123600Z");
    }

    #[test]
    fn only_an_address_of_a_queue_is_one() {
        let queue = Queue::parse("https://sqs.eu-west-1.amazonaws.com/123456789012/orders");
        assert_eq!(queue.unwrap().arn(), "arn:aws:sqs:eu-west-1:123456789012:orders");
        for url in [
            "http://sqs.eu-west-1.amazonaws.com/123456789012/orders",
            "https://sqs.eu-west-1.evil.test/123456789012/orders",
            "https://sqs.evil.test/x.amazonaws.com/1/orders",
            "https://sqs.eu-west-1.amazonaws.com/orders",
            "https://sqs.eu-west-1.amazonaws.com/123/orders/more",
            "",
        ] {
            assert_eq!(Queue::parse(url), None, "{url}");
        }
    }
}
