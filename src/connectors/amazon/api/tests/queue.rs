//! Words from the seller's own queue, and what they lead to.

use super::*;

const QUEUE: &str = "https://sqs.eu-west-1.amazonaws.com/123456789012/orders";

fn with_queue() -> Stage {
    stage()
        .setting("queue_url", QUEUE)
        .secret("aws_key_id", "AKIAEXAMPLE")
        .secret("aws_secret_key", "a-key-of-the-queue")
}

fn word(handle: &str, kind: &str, order: &str) -> Value {
    let body = json!({"NotificationType": kind,
        "Payload": {"OrderChangeNotification": {"AmazonOrderId": order}}});
    json!({"MessageId": handle, "ReceiptHandle": handle, "Body": body.to_string()})
}

fn queue(action: &str, body: &Value) -> Recorded {
    let part = match action {
        "ReceiveMessage" => "MaxNumberOfMessages",
        _ => "Entries",
    };
    Recorded::post("sqs.eu-west-1.amazonaws.com", body.to_string()).when_body(part)
}

fn subscribed() -> [Recorded; 3] {
    let created = json!({"payload": {"destinationId": "D7", "name": "Purser", "resource": {}}});
    let arn = "arn:aws:sqs:eu-west-1:123456789012:orders";
    [
        get("/notifications/v1/destinations", &json!({"payload": []})),
        Recorded::post("/notifications/v1/destinations", created.to_string()).when_body(arn),
        Recorded::post("/notifications/v1/subscriptions/ORDER_CHANGE", "{}")
            .when_body("D7")
            .status(409),
    ]
}

fn one_order() -> Value {
    let page: Value = serde_json::from_str(ORDERS_1).unwrap();
    json!({"order": page["orders"][0]})
}

#[test]
fn without_a_queue_nothing_is_asked() {
    let transport = Replay::new([]);
    let page = pull(&stage(), &transport, "order-news", &Cursor::start()).unwrap();
    assert!(!page.more && transport.list_asked().is_empty());
}

#[test]
fn a_word_leads_to_its_order_and_is_taken_off_after_it_was_kept() {
    let words = json!({"Messages": [
        word("h1", "ORDER_CHANGE", "302-1111111-1111111"),
        word("h2", "ORDER_CHANGE", "302-1111111-1111111"),
        word("h3", "PRICING_HEALTH", ""),
        {"MessageId": "x", "ReceiptHandle": "h4", "Body": "no JSON"},
    ]});
    let [list, create, subscribe] = subscribed();
    let transport = replay([
        list,
        create,
        subscribe,
        queue("ReceiveMessage", &words).once(),
        queue("ReceiveMessage", &json!({})),
        queue("DeleteMessageBatch", &json!({"Successful": []}))
            .when_body(r#""ReceiptHandle":"h4""#),
        get("/orders/2026-01-01/orders/302-1111111-1111111?", &one_order()),
    ]);
    let stage = with_queue();
    let first = pull(&stage, &transport, "order-news", &Cursor::start()).unwrap();
    assert_eq!(first.documents.len(), 1, "two words on one order are one question");
    let deleted = |transport: &Replay| {
        let asked = transport.list_asked();
        asked.iter().filter(|asked| asked.contains("sqs.eu-west-1")).count()
    };
    assert_eq!(deleted(&transport), 1, "nothing is taken off before it was kept");
    let second = pull(&stage, &transport, "order-news", &first.next).unwrap();
    assert!(!second.more && second.documents.is_empty());
    assert_eq!(deleted(&transport), 3);
    let asked = asked(&transport);
    let told = asked.iter().filter(|asked| asked.contains("/notifications/")).count();
    assert_eq!(told, 3, "Amazon is told of a queue once");
}

#[test]
fn a_queue_that_refuses_us_stops_only_its_own_stream() {
    let [list, create, subscribe] = subscribed();
    let closed = queue("ReceiveMessage", &json!({"message": "a-key-of-the-queue"})).status(403);
    let transport = replay([list, create, subscribe, closed]);
    let fault = pull(&with_queue(), &transport, "order-news", &Cursor::start()).unwrap_err();
    assert!(matches!(fault, Fault::Refused { status: 403, .. }), "{fault:?}");
    assert!(!format!("{fault:?}").contains("a-key-of-the-queue"));
    let keyless = stage().setting("queue_url", QUEUE);
    let fault = pull(&keyless, &replay([]), "order-news", &Cursor::start()).unwrap_err();
    assert!(matches!(fault, Fault::Refused { .. }), "{fault:?}");
    let stage = with_queue().setting("queue_url", "https://evil.test/1/orders");
    let fault = pull(&stage, &replay([]), "order-news", &Cursor::start()).unwrap_err();
    assert!(matches!(fault, Fault::Refused { .. }), "{fault:?}");
}

#[test]
fn an_order_that_a_word_names_is_asked_of_the_older_interface_where_the_newer_is_not_granted() {
    let words = json!({"Messages": [word("h1", "ORDER_CHANGE", "302-1111111-1111111")]});
    let refused = get("/orders/2026-01-01/orders/", &json!({})).status(403);
    let [list, create, subscribe] = subscribed();
    let queued = [list, create, subscribe, queue("ReceiveMessage", &words), refused];
    let transport = replay(queued.into_iter().chain(super::orders::older_answers()));
    let page = pull(&with_queue(), &transport, "order-news", &Cursor::start()).unwrap();
    assert_eq!(super::orders::order(&page.documents, "302-1111111-1111111").lines.len(), 2);
}
