#!/bin/sh
# Installs what the tests need, exactly as locked, and runs them all.
# IPC_BRIDGE_TEST_SERVER, IPC_BRIDGE_TEST_BINDINGS_SERVER: the examples `typescript_server` and `bindings_server`, built;
# without them, cargo builds them.
set -eu
cd "$(dirname "$0")"
npm ci --ignore-scripts --no-audit --no-fund
npm test
