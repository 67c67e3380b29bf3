//! Large messages: what fits travels in fragments, what does not is refused where it is noticed first.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use ipc_bridge::prelude::*;
use ipc_bridge::{Endpoint, Limits};

use support::everywhere;
use support::gate::{Gate, echo, letters, pass_letters, router};
use support::raw::FRAGMENT;

/// What stands around the text in the body of an `echo`: `{"text":""}`.
const AROUND_A_REQUEST: usize = 11;

/// What stands around the text in a response: `{"success":true,"data":""}`.
const AROUND_A_RESPONSE: usize = 26;

/// A limit of less than a fragment, and one of several.
const LIMITS: [u32; 2] = [1000, 200_000];

async fn bodies_of_every_size_travel_both_ways(place: Endpoint) {
    let _server = Server::bind(&place).serve(router(&Gate::new())).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    let mut sizes = vec![0, 1, 1024 * 1024, 5 * FRAGMENT];
    for around in [AROUND_A_REQUEST, AROUND_A_RESPONSE] {
        for fragments in [1, 2] {
            let exactly = fragments * FRAGMENT - around;
            sizes.extend([exactly - 1, exactly, exactly + 1]);
        }
    }
    for size in sizes {
        let text: String = ('a'..='z').cycle().take(size).collect();
        let answer = client.invoke(echo { text: text.clone() }).await.unwrap();
        assert!(answer == text, "{size} bytes came back as {}", answer.len());
    }
}

async fn large_calls_in_flight_together_all_get_their_own_answers(place: Endpoint) {
    let _server = Server::bind(&place).serve(router(&Gate::new())).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..8_u8 {
        let client = client.clone();
        callers.spawn(async move {
            let text = char::from(b'a' + caller).to_string().repeat(700_000 + usize::from(caller));
            for _ in 0..3 {
                assert!(client.invoke(echo { text: text.clone() }).await.unwrap() == text);
                assert_eq!(client.invoke(letters { count: 3 }).await.unwrap(), "xxx");
            }
        });
    }
    while let Some(done) = callers.join_next().await {
        done.unwrap();
    }
}

async fn a_request_of_the_limit_is_taken_and_a_larger_one_is_not_sent(place: Endpoint) {
    // The answer to a request of the limit is larger than the request.
    let wide = Limits::default();
    for (limit, place) in LIMITS.into_iter().zip([place, support::At::Memory.place()]) {
        let limits = Limits::default().message_bytes(limit);
        let _server = Server::bind(&place).limits(limits).serve(router(&Gate::new())).await.unwrap();
        let client = Client::builder().limits(wide).connect(&place).await.unwrap();
        let limit = limit as usize;
        let fits = "x".repeat(limit - AROUND_A_REQUEST);
        assert!(client.invoke(echo { text: fits.clone() }).await.unwrap() == fits);
        let refused = client.invoke(echo { text: fits + "x" }).await;
        assert_eq!(refused, Err(InvokeError::TooLarge { size: limit + 1, limit }));
        assert_eq!(client.invoke(echo { text: "small".to_owned() }).await.unwrap(), "small");
    }
}

async fn a_response_over_the_callers_limit_is_answered_too_large(place: Endpoint) {
    let gate = Gate::new();
    let _server = Server::bind(&place).serve(router(&gate)).await.unwrap();
    for limit in LIMITS {
        let limits = Limits::default().message_bytes(limit);
        let client = Client::builder().limits(limits).connect(&place).await.unwrap();
        let count = limit as usize - AROUND_A_RESPONSE;
        assert_eq!(client.invoke(letters { count }).await.unwrap().len(), count);
        gate.open(1);
        let at_once = client.invoke(letters { count: count + 1 }).await;
        let later = client.invoke(pass_letters { count: count + 1 }).await;
        for answer in [at_once, later] {
            let Err(InvokeError::Refused(failure)) = answer else { panic!("{limit}: it was sent") };
            assert_eq!(failure.code(), "TOO_LARGE");
        }
        assert_eq!(client.invoke(letters { count: 2 }).await.unwrap(), "xx");
    }
}

everywhere! {
    bodies_of_every_size_travel_both_ways,
    large_calls_in_flight_together_all_get_their_own_answers,
    a_request_of_the_limit_is_taken_and_a_larger_one_is_not_sent,
    a_response_over_the_callers_limit_is_answered_too_large,
}
