//! The backend in this process, without a connection.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use ipc_bridge::Router;
use notes::Store;
use notes::contract::{Draft, NoteId};
use notes::handlers::{add, list, search, show};

fn draft(title: &str) -> Draft {
    Draft { title: title.to_owned(), text: String::new(), tags: Vec::new() }
}

async fn added(router: &Router, title: &str) -> NoteId {
    router.invoke(add { draft: draft(title) }).await.unwrap()
}

#[tokio::test]
async fn ids_grow_and_are_beyond_what_a_number_of_javascript_holds() {
    let router = notes::router(Store::in_memory().unwrap()).unwrap();
    let mut last = NoteId(1 << 53);
    for _ in 0..100 {
        let id = added(&router, "note").await;
        assert!(id > last, "{id} comes behind {last}");
        last = id;
    }
    assert!(router.invoke(show { id: NoteId(u64::MAX) }).await.is_err());
}

#[tokio::test]
async fn a_search_finds_all_that_there_is_page_by_page() {
    let router = notes::router(Store::in_memory().unwrap()).unwrap();
    let mut expected = Vec::new();
    for at in 0..200 {
        let id = added(&router, &format!("{} {at}", if at % 3 == 0 { "hay" } else { "Needle" })).await;
        if at % 3 != 0 {
            expected.push(id);
        }
    }
    let mut found = router.stream(search { text: "nEEDLE".to_owned() }).await.unwrap();
    let mut ids = Vec::new();
    while let Some(summary) = found.next().await {
        ids.push(summary.unwrap().id);
    }
    assert_eq!(ids, expected);
    // What is special to SQL is nothing special here.
    assert!(router.stream(search { text: "%".to_owned() }).await.unwrap().next().await.is_none());
}

#[tokio::test]
async fn notes_are_there_when_the_file_is_opened_anew() {
    let file = std::env::temp_dir().join(format!("notes-{}.db", std::process::id()));
    let id = {
        let router = notes::router(Store::open(&file).unwrap()).unwrap();
        added(&router, "kept").await
    };
    let router = notes::router(Store::open(&file).unwrap()).unwrap();
    let listed = router.invoke(list { tag: None }).await.unwrap();
    drop(router);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(listed.iter().map(|note| (note.id, note.title.as_str())).collect::<Vec<_>>(), [(id, "kept")]);
}
