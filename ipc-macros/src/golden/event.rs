/// How far a job is.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Event)]
#[event("job:progress", retain, key = "job", lag = "keep_latest", crate = renamed)]
pub struct Progress {
    job: JobId,
    done: u64,
}

#[derive(Serialize, JsonSchema, Event)]
#[event("job:log", lag = "wait")]
#[deprecated(note = "use `Progress`")]
enum Logged {
    Line(String),
    End,
}
