//! The answering side.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::Poll;
use std::time::Duration;

use ipc_core::{Event, Failure, Grants, NeverWaits, Peer, PublishError, Publisher, Router, code};
use slab::Slab;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::admission::{Admission, Refused};
use crate::bind::ServeError;
use crate::driver::Driver;
use crate::endpoint::Endpoint;
use crate::granting::{Granting, Policy};
use crate::half::WriteHalf;
use crate::handshake::{self, HandshakeError, goodbye_frame};
use crate::hello::Hello;
use crate::instance;
use crate::limits::Limits;
use crate::link::Link;
use crate::listener::Listener;
use crate::local::{self, Claim};
use crate::outbox::Outgoing;
use crate::throttle::Throttle;
use crate::token::issued::Issued;
use crate::token::{IssueError, Token, TokenId, TokenOptions};
use crate::transport::Transport;

/// The time that a peer has to say goodbye when everything it asked for has been answered.
const FAREWELL: Duration = Duration::from_secs(1);

/// What a peer is told when the server ends.
const GOING: &str = "the server shut down";

/// The connections that are accepted in a tenth of a second. An application has some dozens in all; a program that opens and
/// drops them as fast as it can is kept waiting, and not those who are in.
const ACCEPTED: u32 = 64;

/// What a peer is told that may not come in: not why, which could help it.
const NOT_LET_IN: &str = "the server does not let this peer in";

/// The pause after an accept that failed, so that a process without free descriptors does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A server that listens and answers, until it is shut down or dropped.
///
/// Dropping it closes every connection at once; [`shutdown`](Self::shutdown) finishes what is in flight.
#[derive(Debug)]
pub struct Server {
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
    claim: Option<Claim>,
}

#[derive(Debug)]
struct Shared {
    router: Arc<Router>,
    fingerprint: Option<String>,
    limits: Arc<Limits>,
    admission: Admission,
    granting: Granting,
    seats: Mutex<Slab<Seat>>,
    /// The server is going: whoever has not come in yet does not come in.
    ending: watch::Sender<bool>,
}

/// What a server knows of one connection.
#[derive(Debug)]
struct Seat {
    uid: Option<u32>,
    /// From the time on that the peer has said hello.
    link: Option<Arc<Link>>,
}

impl Server {
    /// A server for `endpoint`: a name, a path, a place in memory, or an inherited socket. Nothing is bound before
    /// [`serve`](ServerBuilder::serve).
    pub fn bind(endpoint: impl Into<Endpoint>) -> ServerBuilder {
        let (limits, admission, policy) = (Limits::default(), Admission::default(), Policy::default());
        ServerBuilder { endpoint: endpoint.into(), limits, admission, policy }
    }

    /// Answers one more connection, wherever it comes from: the standard input and output of a child process, say.
    ///
    /// It counts among the server's connections, and ends with the server. Who comes in is checked as always; of a peer
    /// whose user the transport does not tell, the application vouches for the user.
    pub fn accept(&self, transport: Transport) {
        tokio::spawn(come_in(Arc::clone(&self.shared), transport));
    }

    /// The connections that are open now.
    pub fn connections(&self) -> usize {
        self.shared.seats().len()
    }

    /// Publishes an event to all who subscribe to it, and waits for nobody.
    ///
    /// # Errors
    ///
    /// The router does not declare the event, or it cannot be written as JSON.
    pub fn publish<E: NeverWaits>(&self, event: &E) -> Result<(), PublishError> {
        self.shared.router.publisher().publish(event)
    }

    /// Publishes an event, and waits until every subscriber has room for it, where its lag is `wait`.
    ///
    /// # Errors
    ///
    /// The router does not declare the event, or it cannot be written as JSON.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future before its turn has come publishes nothing; later, some may have the event already.
    pub async fn publish_and_wait<E: Event>(&self, event: &E) -> Result<(), PublishError> {
        self.shared.router.publisher().publish_and_wait(event).await
    }

    /// The router that is served: for calls and subscriptions within this process.
    pub fn router(&self) -> &Router {
        &self.shared.router
    }

    /// What publishes the events of the router that is served, to be kept where the server is not at hand.
    pub fn publisher(&self) -> Publisher {
        self.shared.router.publisher()
    }

    /// The peers that are connected now. Those that serve a router themselves can be called.
    pub fn peers(&self) -> Vec<Peer> {
        let links = self.shared.links();
        links.iter().map(Link::connected_peer).collect()
    }

    /// Makes a token: whoever shows it when a connection begins is granted what it says, instead of what a peer without
    /// one is. `server.issue_token(grants)`, or with [options](TokenOptions).
    ///
    /// The server keeps it until it has expired, has been used or is revoked; it does not outlive the server.
    ///
    /// # Errors
    ///
    /// The grants name what is not there, or the operating system has no random bits.
    pub fn issue_token(&self, options: impl Into<TokenOptions>) -> Result<Token, IssueError> {
        let options = options.into();
        self.shared.router.check_grants(options.grants())?;
        self.shared.granting.tokens.issue(options)
    }

    /// Lets nobody in with a token any more, and takes back what it granted: those who came in with it keep their
    /// connections, and are granted nothing. What they call from then on is `DENIED`, and streams and subscriptions end so
    /// (see [`Peer::set_grants`]). Answers whether there was such a token.
    pub fn revoke(&self, token: &TokenId) -> bool {
        let known = self.shared.granting.tokens.revoke(*token);
        for link in self.shared.links() {
            if link.token().is_some_and(|issued| issued.id == *token) {
                link.revoke();
            }
        }
        known
    }

    /// Stops listening, tells every peer, finishes what is in flight and closes.
    ///
    /// Calls are answered, and `detached` handlers finish, whether their callers are still there or not. Streams in
    /// either direction and subscriptions, which need not end by themselves, end at once with `UNAVAILABLE`; a call whose
    /// stream has arrived to its end is answered as any other. Requests that arrive meanwhile are
    /// answered so too. A peer that does not take its answers, or does not say goodbye, is let go a second after its last
    /// call was answered.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes every connection at once.
    pub async fn shutdown(mut self) {
        self.claim = None;
        self.accepting.abort();
        // It was aborted just now, and ends with that as its error.
        if (&mut self.accepting).await.is_ok() {
            tracing::debug!("the listener had ended before");
        }
        self.shared.ending.send_replace(true);
        let mut leaving = JoinSet::new();
        for link in self.shared.links() {
            leaving.spawn(async move {
                link.leave(GOING);
                loop {
                    link.serving.idle().await;
                    let gone = tokio::time::timeout(FAREWELL, link.ended()).await.is_ok();
                    if gone {
                        return;
                    }
                    // A call that was being begun when the server said goodbye may be in flight now.
                    if link.serving.len() == 0 {
                        return link.close("the peer did not say goodbye in time");
                    }
                }
            });
        }
        while leaving.join_next().await.is_some() {}
        self.shared.router.detached_finished().await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
        self.shared.ending.send_replace(true);
        for link in self.shared.links() {
            link.stop();
        }
    }
}

/// How a server serves.
#[derive(Debug)]
#[must_use]
pub struct ServerBuilder {
    endpoint: Endpoint,
    limits: Limits,
    pub(crate) admission: Admission,
    policy: Policy,
}

impl ServerBuilder {
    /// What each connection may use, and how many there may be.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// What a peer of the same user is granted that shows no token: [`Grants::same_user`], unless it is set.
    ///
    /// A peer whose user the transport cannot tell (a named pipe, which only its owner opens; one that came by
    /// [`accept`](Server::accept) and is [not known](Transport::with_peer)) counts as one of the same user. A peer of
    /// another user is granted nothing.
    pub fn grants(mut self, grants: Grants) -> Self {
        self.policy = Policy::SameUser(grants);
        self
    }

    /// What each peer is granted that shows no token, of whatever user: in the place of [`grants`](Self::grants).
    ///
    /// The function is asked once for each connection, when its hello has arrived. A peer does not come in for which it
    /// names what is not there.
    ///
    /// ```
    /// # use ipc_core::Grants;
    /// # use ipc_transport::Server;
    /// let own = std::process::id();
    /// let server = Server::bind("my-app")
    ///     .grants_for(move |peer| if peer.pid() == Some(own) { Grants::all() } else { Grants::none() });
    /// ```
    pub fn grants_for(mut self, grants: impl Fn(&Peer) -> Grants + Send + Sync + 'static) -> Self {
        self.policy = Policy::Each(Arc::new(grants));
        self
    }

    /// Listens, and answers with `router` from now on.
    ///
    /// # Errors
    ///
    /// The router is not whole (a missing state, two handlers of one channel), the grants name what is not there, or the
    /// endpoint is not to be had.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime with I/O and time.
    pub async fn serve(self, router: impl Into<Arc<Router>>) -> Result<Server, ServeError> {
        let router = router.into();
        router.check()?;
        if let Policy::SameUser(grants) = &self.policy {
            router.check_grants(grants)?;
        }
        let (listener, claim) = self.endpoint.listen(&self.admission)?;
        let fingerprint = router.fingerprint().expect("the check makes the fingerprint, and reports why it cannot");
        let fingerprint = Some(fingerprint.to_owned());
        let (seats, ending) = (Mutex::default(), watch::Sender::new(false));
        let Self { limits, admission, policy, .. } = self;
        let limits = limits.shared();
        let granting = Granting { policy, ..Granting::default() };
        let shared = Arc::new(Shared { router, fingerprint, limits, admission, granting, seats, ending });
        let accepting = tokio::spawn(accept(Arc::clone(&shared), listener));
        Ok(Server { shared, accepting, claim })
    }
}

impl Shared {
    fn seats(&self) -> MutexGuard<'_, Slab<Seat>> {
        self.seats.lock().expect("nothing panics while it holds the seats")
    }

    /// The connections whose peers have said hello.
    fn links(&self) -> Vec<Arc<Link>> {
        self.seats().iter().filter_map(|(_, seat)| seat.link.clone()).collect()
    }

    /// Takes a place for a connection, unless there are as many as may be.
    fn enter(self: &Arc<Self>, uid: Option<u32>) -> Result<Place, Failure> {
        let Limits { connections, connections_per_user, .. } = *self.limits;
        let full = |said: std::fmt::Arguments<'_>| Err(Failure::new(code::OVERLOADED, said));
        let mut seats = self.seats();
        if seats.len() >= connections {
            return full(format_args!("the server has {connections} connections, as many as it may"));
        }
        // With as few as one user may have, nobody has too many.
        if uid.is_some() && seats.len() >= connections_per_user {
            let own = seats.iter().filter(|(_, seat)| seat.uid == uid).count();
            if own >= connections_per_user {
                return full(format_args!("this user has {connections_per_user} connections, as many as one may"));
            }
        }
        Ok(Place { shared: Arc::clone(self), key: seats.insert(Seat { uid, link: None }) })
    }

    /// Greets a peer. It is answered by a task of its own, which is as large as that takes, and holds its place.
    async fn greet(&self, transport: Transport, place: Place) -> Result<(), HandshakeError> {
        let Transport { mut reader, mut writer, peer } = transport;
        let mut input = Vec::new();
        let greeting = handshake::read_hello(&mut reader, &mut input);
        let greeted = tokio::time::timeout(self.limits.handshake, greeting);
        let Some(greeted) = self.unless_ending(greeted).await else {
            return turn_away(writer, &Failure::new(code::UNAVAILABLE, GOING)).await;
        };
        let mut remote = match greeted.unwrap_or(Err(HandshakeError::Timeout(self.limits.handshake))) {
            Ok(remote) => remote,
            Err(HandshakeError::Hello(error)) => {
                in_time(handshake::refuse(&mut writer, &error)).await?;
                return Err(error.into());
            }
            Err(error) => return Err(error),
        };
        let admitted = match self.granting.admit(&self.router, &peer, remote.token.take().as_ref()) {
            Ok(admitted) => admitted,
            Err(error) => {
                turn_away(writer, &error.failure()).await?;
                return Err(error.into());
            }
        };
        let hello = Hello::new(instance::id(), self.fingerprint.clone(), &self.limits);
        let hello = hello.granting(&admitted.access).encode();
        let link = Arc::new(Link::new(writer, remote.limits, &peer, Arc::clone(&self.limits)).admitting(admitted));
        // First of all that is sent; and the link stands in its place before the peer can know that it came in.
        link.outbox.push(Outgoing::Frames(&hello)).expect("a new connection is not closed");
        place.set(&link);
        // Nor does whoever revoked its token meanwhile.
        if link.token().is_some_and(Issued::is_revoked) {
            link.revoke();
        }
        // A server that began to end before the link stood in its place does not know of it.
        if *self.ending.borrow() {
            link.leave(GOING);
            link.stop();
        }
        tokio::spawn(Driver::new(reader, input, link, Arc::clone(&self.router)).run(place));
        Ok(())
    }

    /// What `work` comes to, unless the server is going before.
    async fn unless_ending<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut ending = self.ending.subscribe();
        let mut ended = pin!(ending.wait_for(|ending| *ending));
        let mut work = pin!(work);
        poll_fn(|cx| match ended.as_mut().poll(cx) {
            Poll::Ready(_) => Poll::Ready(None),
            Poll::Pending => work.as_mut().poll(cx).map(Some),
        })
        .await
    }
}

/// Tells a peer why it does not come in.
async fn turn_away(mut writer: WriteHalf, why: &Failure) -> Result<(), HandshakeError> {
    let bytes = goodbye_frame(why);
    Ok(in_time(writer.write_all(&bytes)).await?)
}

/// Does what a peer must play its part in, for as long as that may take.
async fn in_time(telling: impl Future<Output = io::Result<()>>) -> io::Result<()> {
    tokio::time::timeout(FAREWELL, telling).await.unwrap_or(Err(io::ErrorKind::TimedOut.into()))
}

/// Tells a peer that it may not come in, and the log why.
async fn deny(transport: Transport, refused: &Refused) {
    let Transport { peer, writer, .. } = transport;
    tracing::warn!(pid = peer.pid(), uid = peer.uid(), gid = peer.gid(), why = %refused, "a peer was not let in");
    if let Err(error) = turn_away(writer, &Failure::new(code::DENIED, NOT_LET_IN)).await {
        tracing::debug!(%error, "a peer was not told that it may not come in");
    }
}

/// The place of one connection among those of its server.
struct Place {
    shared: Arc<Shared>,
    key: usize,
}

impl Place {
    fn set(&self, link: &Arc<Link>) {
        if let Some(seat) = self.shared.seats().get_mut(self.key) {
            seat.link = Some(Arc::clone(link));
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.shared.seats().try_remove(self.key);
    }
}

/// Accepts connections until the listener is gone. The connections end with this task.
async fn accept(shared: Arc<Shared>, mut listener: Listener) {
    let mut throttle = Throttle::new(ACCEPTED);
    while let Some(accepted) = listener.accept().await {
        throttle.count();
        throttle.pass().await;
        let transport = match accepted {
            Ok(transport) => transport,
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        tokio::spawn(come_in(Arc::clone(&shared), transport));
    }
}

/// Has a peer in its place, or turns it away.
async fn come_in(shared: Arc<Shared>, transport: Transport) {
    if let Err(refused) = shared.admission.admit(&transport.peer, local::own_user()) {
        return deny(transport, &refused).await;
    }
    let came_in = match shared.enter(transport.peer.uid()) {
        Ok(place) => shared.greet(transport, place).await,
        Err(_) if *shared.ending.borrow() => turn_away(transport.writer, &Failure::new(code::UNAVAILABLE, GOING)).await,
        Err(full) => turn_away(transport.writer, &full).await,
    };
    if let Err(error) = came_in {
        tracing::debug!(%error, "a peer did not come in");
    }
}
