/// How far a job is.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Event)]
#[event("job:progress", key = "job")]
#[serde(rename_all = "camelCase", default)]
pub struct Progress {
    #[ipc(bigint)]
    job: u64,
    /// How much is done.
    #[ipc(bigint)]
    #[serde(rename = "bytes", default = "none")]
    bytes_done: u64,
    #[serde(skip)]
    begun: Option<Instant>,
}

#[derive(Serialize, JsonSchema, Event)]
#[event("job:log", crate = renamed)]
#[serde(tag = "type")]
enum Logged {
    /// A line, by its number.
    Line {
        #[ipc(bigint)]
        #[schemars(range(min = 1), extend("x-unit" = "lines"))]
        number: u64,
        within: Option<Box<Self>>,
    },
    End,
}
