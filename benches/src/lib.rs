//! The benchmark of IPC Bridge: workloads that any implementation of an echo service with events can be put
//! through.
//!
//! Each measurement runs in two fresh processes, a server and a client, started by the [`runner`]. What they do is a
//! [`child::Task`]; what the client finds is a line of [`figures`]. A side of the comparison implements [`Echo`]; other
//! packages can bring more of them, as long as their programs begin with [`side::serve`].

pub mod child;
pub mod counted;
pub mod counting;
mod echo;
pub mod figures;
#[cfg(unix)]
pub mod floor;
pub mod framework;
pub mod machine;
mod payload;
mod report;
pub mod runner;
pub mod side;
#[cfg(unix)]
mod socket;
mod workload;

pub use echo::{Caller, Echo, Events, NoEvents};
pub use payload::Item;
#[cfg(unix)]
pub use socket::{SocketFile, socket_of};
pub use workload::Workload;
