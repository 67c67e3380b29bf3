#!/bin/sh
# Installs what the tests need, exactly as locked, and runs them all.
# IPC_BRIDGE_TEST_SERVER: the example `typescript_server`, built; without it, cargo builds it.
set -eu
cd "$(dirname "$0")"
npm ci --ignore-scripts --no-audit --no-fund
npm test
