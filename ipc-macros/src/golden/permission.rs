#[handler("data:fetch", permission = "data:read")]
async fn fetch(id: u64) -> String {
    unreachable!()
}

/// Whether the store is there.
#[derive(Serialize, JsonSchema, Event)]
#[event("data:changed", permission = "data:read", publish_permission = "data:write")]
struct Changed {
    id: u64,
}

#[service(prefix = "admin", permission = "admin:use")]
trait Admin {
    #[handler]
    fn restart(&self);

    #[handler(permission = "admin:halt")]
    fn halt(&self);
}
