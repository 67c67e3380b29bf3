//! Calls as the peer sees them, byte by byte: what is sent, in which order, and what is made of strange answers.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::pin::pin;
use std::time::Duration;

use ipc_bridge::prelude::*;
use ipc_bridge::{ConnectError, Limits};
use serde_json::json;

use support::gate::{echo, pass};
use support::raw::{
    CONTINUED, FRAGMENT, Frame, GOODBYE, MORE, PING, PONG, REQUEST, RESPONSE, Raw, frame, hello, hello_body,
    server_for, transport,
};
use support::watched;

#[derive(Debug, PartialEq, thiserror::Error, IpcError)]
enum OldError {
    #[error("known")]
    Known,
}

#[handler("old:call")]
fn old() -> Result<u8, OldError> {
    Ok(1)
}

fn answer(id: u32, body: &str) -> Vec<u8> {
    frame(RESPONSE, 0, id, b"", body.as_bytes())
}

#[tokio::test]
async fn a_code_that_the_client_does_not_know_is_kept_with_message_and_details() {
    watched(async {
        let (client, mut raw) = server_for(Client::builder(), 4096, &hello_body()).await;
        let serve = async {
            for error in [
                r#"{"code":"NEWER","message":"of a newer server","details":{"since":2030}}"#,
                r#"{"code":"KNOWN","message":"known"}"#,
            ] {
                let request = raw.frame().await.unwrap();
                assert_eq!((request.kind, request.channel.as_str()), (REQUEST, "old:call"));
                raw.send(&answer(request.id, &format!(r#"{{"success":false,"error":{error}}}"#))).await;
            }
        };
        let call = async {
            let Err(InvokeError::Refused(failure)) = client.invoke(old {}).await else { panic!("it was accepted") };
            assert_eq!((failure.code(), failure.message()), ("NEWER", "of a newer server"));
            assert_eq!(failure.details(), Some(&json!({"since": 2030})));
            assert_eq!(client.invoke(old {}).await, Err(InvokeError::Handler(OldError::Known)));
        };
        tokio::join!(serve, call);
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_fails_its_call_and_no_other() {
    let deep = format!(r#"{{"success":true,"data":{}"#, "[".repeat(100_000));
    let answers = ["", "nonsense", "{}", r#"{"success":true}"#, r#"{"success":true,"data":"x"}"#, deep.as_str()];
    watched(async {
        let (client, mut raw) = server_for(Client::builder(), 4096, &hello_body()).await;
        let serve = async {
            for body in answers {
                let id = raw.frame().await.unwrap().id;
                for (index, part) in body.as_bytes().chunks(FRAGMENT).enumerate() {
                    let more = if (index + 1) * FRAGMENT < body.len() { MORE } else { 0 };
                    let total =
                        if index == 0 && more > 0 { (body.len() as u32).to_le_bytes().to_vec() } else { vec![] };
                    let flags = more | if index > 0 { CONTINUED } else { 0 };
                    raw.send(&frame(RESPONSE, flags, id, b"", &[&total, part].concat())).await;
                }
                if body.is_empty() {
                    raw.send(&answer(id, body)).await;
                }
            }
            let id = raw.frame().await.unwrap().id;
            raw.send(&answer(id, r#"{"success":true,"data":3}"#)).await;
        };
        let call = async {
            for body in answers {
                let answer = client.invoke(old {}).await;
                let shown = body.get(..40).unwrap_or(body);
                assert!(
                    matches!(&answer, Err(InvokeError::Decode { channel, .. }) if channel == "old:call"),
                    "{shown}: {answer:?}"
                );
            }
            assert_eq!(client.invoke(old {}).await, Ok(3));
        };
        tokio::join!(serve, call);
    })
    .await;
}

#[tokio::test]
async fn answers_find_their_calls_in_whatever_order_they_come() {
    watched(async {
        let (client, mut raw) = server_for(Client::builder(), 4096, &hello_body()).await;
        let serve = async {
            let mut requests = Vec::new();
            for _ in 0..3 {
                requests.push(raw.frame().await.unwrap());
            }
            // A response to a call that nobody made is passed over.
            raw.send(&answer(4000, r#"{"success":true,"data":0}"#)).await;
            for request in requests.iter().rev() {
                raw.send(&answer(request.id, &format!(r#"{{"success":true,"data":{}}}"#, request.json()["id"]))).await;
            }
        };
        let (one, two, three, ()) = tokio::join!(
            client.invoke(pass { id: 1 }),
            client.invoke(pass { id: 2 }),
            client.invoke(pass { id: 3 }),
            serve
        );
        assert_eq!((one, two, three), (Ok(1), Ok(2), Ok(3)));
    })
    .await;
}

#[tokio::test]
async fn a_client_that_has_as_many_calls_in_flight_as_may_be_sends_no_more() {
    // The smaller of the two sides' limits counts.
    let mut few = hello_body();
    few["limits"]["in_flight"] = json!(2);
    for (limits, body) in [(Limits::default().in_flight(2), hello_body()), (Limits::default(), few)] {
        watched(async {
            let (client, mut raw) = server_for(Client::builder().limits(limits), 4096, &body).await;
            let (mut one, mut two, mut three) = (
                pin!(client.invoke(pass { id: 1 })),
                pin!(client.invoke(pass { id: 2 })),
                pin!(client.invoke(pass { id: 3 })),
            );
            let serve = async {
                let (first, second) = (raw.frame().await.unwrap(), raw.frame().await.unwrap());
                assert_eq!((first.kind, second.kind), (REQUEST, REQUEST));
                // What the client would send by itself would come before its answer to this.
                raw.send(&frame(PING, 0, 9, b"", b"?")).await;
                assert_eq!(raw.frame().await.unwrap().kind, PONG);
                raw.send(&answer(second.id, r#"{"success":true,"data":2}"#)).await;
                let third = raw.frame().await.unwrap();
                assert_eq!((third.kind, third.json()), (REQUEST, json!({"id": 3})));
            };
            tokio::select! {
                biased;
                _ = &mut one => panic!("the first call was not answered"),
                _ = async { (&mut two).await.unwrap(); std::future::pending::<()>().await } => {}
                _ = &mut three => panic!("the third call was not answered"),
                () = serve => {}
            }
        })
        .await;
    }
}

#[tokio::test]
async fn a_small_call_passes_a_large_one_on_its_way() {
    watched(async {
        // The pipe holds less than a fragment, so nothing goes ahead of what is read.
        let (client, mut raw) = server_for(Client::builder(), 1024, &hello_body()).await;
        let large = client.invoke(echo { text: "x".repeat(1 << 20) });
        let serve = async {
            let first = raw.frame().await.unwrap();
            assert_eq!((first.channel.as_str(), first.total), ("gate:echo", Some((1 << 20) + 11)));
            let small = client.invoke(pass { id: 5 });
            let between = async {
                let mut before = 0;
                loop {
                    let next: Frame = raw.frame().await.unwrap();
                    if next.id != first.id {
                        assert_eq!(next.channel, "gate:pass");
                        raw.send(&answer(next.id, r#"{"success":true,"data":5}"#)).await;
                        return before;
                    }
                    assert!(next.flags & MORE != 0, "the large request came first");
                    before += 1;
                }
            };
            let (small, before) = tokio::join!(small, between);
            assert_eq!(small, Ok(5));
            assert!(before <= 2, "{before} fragments went first");
        };
        tokio::select! {
            _ = large => panic!("it was not answered"),
            () = serve => {}
        }
    })
    .await;
}

#[tokio::test]
async fn a_call_fails_where_the_server_reads_no_more_and_says_nothing() {
    // Two pipes, as of a child's standard input and output, of which only one breaks.
    watched(async {
        let (ours, theirs) = tokio::io::duplex(4096);
        let (reader, back) = tokio::io::duplex(4096);
        let (mut raw, mut back) = (Raw::new(theirs), Raw::new(back));
        let client = Client::builder().over(ipc_bridge::Transport::new(reader, ours));
        let greet = async {
            raw.frame().await.unwrap();
            back.send(&hello(1, &hello_body())).await;
        };
        let (client, ()) = tokio::join!(client, greet);
        drop(raw);
        assert!(matches!(client.unwrap().invoke(pass { id: 1 }).await, Err(InvokeError::Disconnected(_))));
        drop(back);
    })
    .await;
}

#[tokio::test]
async fn a_goodbye_of_the_server_fails_later_calls_and_is_answered_by_one() {
    watched(async {
        let (client, mut raw) = server_for(Client::builder(), 4096, &hello_body()).await;
        let serve = async {
            let request = raw.frame().await.unwrap();
            raw.send(&frame(GOODBYE, 0, 0, b"", br#"{"code":"UNAVAILABLE","message":"tea time"}"#)).await;
            let goodbye = raw.frame().await.unwrap();
            assert_eq!(goodbye.goodbye_code(), "UNAVAILABLE");
            let late = client.invoke(pass { id: 2 }).await;
            assert!(matches!(late, Err(InvokeError::Disconnected(_))), "{late:?}");
            // What was asked for before is still answered.
            raw.send(&answer(request.id, r#"{"success":true,"data":1}"#)).await;
        };
        let (early, ()) = tokio::join!(client.invoke(pass { id: 1 }), serve);
        assert_eq!(early, Ok(1));
        drop(raw);
        assert_eq!(client.closed().await, "tea time");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_client_waits_for_no_hello_longer_than_it_may() {
    watched(async {
        let (ours, theirs) = tokio::io::duplex(4096);
        let limits = Limits::default().handshake(Duration::from_secs(2));
        let error = Client::builder().limits(limits).over(transport(ours)).await.unwrap_err();
        assert!(matches!(error, ConnectError::Timeout { waited } if waited == Duration::from_secs(2)), "{error}");
        drop(theirs);
    })
    .await;
}

#[tokio::test]
async fn a_client_tells_a_server_of_another_version_or_protocol_from_one_of_its_own() {
    let other_codec =
        json!({ "agent": "x", "codec": "cbor", "instance": "0", "limits": { "message_bytes": 1, "in_flight": 1 } });
    let refusal = frame(GOODBYE, 0, 0, b"", br#"{"code":"OVERLOADED","message":"full"}"#);
    let other_version = |details: &[u8]| {
        let said = [br#"{"code":"PROTOCOL_ERROR","message":"no","details":"#, details, b"}"].concat();
        frame(GOODBYE, 0, 0, b"", &said)
    };
    for (said, expected) in [
        (hello(2, &json!({})), "Version(2)"),
        (other_version(br#"{"protocol":3}"#), "Version(3)"),
        (other_version(br#"{"protocol":1}"#), "Refused"),
        (other_version(br#"["protocol"]"#), "Refused"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), "NotIpcBridge"),
        (hello(1, &json!({})), "NotIpcBridge"),
        (hello(1, &other_codec), "NotIpcBridge"),
        (refusal, "Refused"),
        (Vec::new(), "NotIpcBridge"),
    ] {
        watched(async {
            let (ours, theirs) = tokio::io::duplex(4096);
            let mut raw = Raw::new(theirs);
            raw.send(&said).await;
            raw.end().await;
            let error = Client::builder().over(transport(ours)).await.unwrap_err();
            assert!(format!("{error:?}").starts_with(expected), "{error:?} is not {expected}");
        })
        .await;
    }
}
