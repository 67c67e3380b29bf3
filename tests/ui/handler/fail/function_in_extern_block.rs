use ipc_bridge::prelude::*;

unsafe extern "C" {
    #[handler("data:print")]
    fn print(id: u64, ...);
}

fn main() {}
