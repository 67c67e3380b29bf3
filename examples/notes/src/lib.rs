//! A small app: notes in SQLite, with tags, a search and attachments. This is its backend; the frontend, a program for
//! the command line, is the TypeScript in `frontend/`. `README.md` says how to run them.

#![allow(missing_docs, reason = "what travels has its meaning in its names, and comments where they do not say it")]

pub mod activity;
pub mod contract;
pub mod handlers;
mod store;

use ipc_bridge::Router;
use ipc_bridge::tap::TapOptions;

use activity::Counters;
use contract::{NoteChanged, NoteOpened, Status};
pub use store::Store;

/// Everything that the backend answers and tells.
///
/// # Errors
///
/// The notes cannot be counted.
pub fn router(store: Store) -> rusqlite::Result<Router> {
    let router = Router::new()
        .handle::<handlers::add>()
        .handle::<handlers::import>()
        .handle::<handlers::list>()
        .handle::<handlers::show>()
        .handle::<handlers::search>()
        .handle::<handlers::edit>()
        .handle::<handlers::newer>()
        .handle::<handlers::remove>()
        .handle::<handlers::attach>()
        .handle::<handlers::attachment>()
        .handle::<handlers::activity>()
        .event::<NoteChanged>()
        .event::<Status>()
        .shared_event::<NoteOpened>()
        .tap(TapOptions::new());
    handlers::tell_status(&store, &router.publisher())?;
    Ok(router.state(store).state(Counters::default()))
}
