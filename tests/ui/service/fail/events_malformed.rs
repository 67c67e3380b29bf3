use ipc_bridge::prelude::*;

#[service(prefix = "data", events)]
trait Bare {
    #[handler]
    fn fetch(&self, id: u64) -> u64;
}

#[service(prefix = "more", events = "Changed", shared_events())]
trait Text {
    #[handler]
    fn fetch(&self, id: u64) -> u64;
}

#[service(prefix = "most", events(Changed<), events("Changed"), shared_event(Changed))]
trait Worse {
    #[handler]
    fn fetch(&self, id: u64) -> u64;
}

fn main() {}
