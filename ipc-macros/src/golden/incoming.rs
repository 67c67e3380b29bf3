#[handler("file:put", detached)]
async fn put(path: String, user: Peer, chunks: Incoming<Bytes>) -> Result<u64, PutError> {
    write(path, user, chunks).await
}

#[handler("chat:talk")]
fn talk(#[payload] room: Room, mut said: Incoming<String>) -> impl Stream<Item = String> {
    room.join(said)
}
