#!/bin/sh
# Build the decoder's kernel (processing/native) into .venv, from its lock. Optional: without it every record is judged
# in Python, with the same results. cargo fetches the crates once; after that it needs no network.
set -eu
cd "$(dirname "$0")/.."
if ! command -v cargo >/dev/null 2>&1; then
    echo "cargo was not found. Install Rust 1.85 or newer, or leave the kernel out: it only makes decoding faster." >&2
    exit 1
fi
target="$PWD/build/native"
(cd processing/native && CARGO_TARGET_DIR="$target" cargo build --quiet --release --locked) # there, for its .cargo/config.toml
packages=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("platlib"))')
built="$target/release/libtickets_native.so"
[ -f "$built" ] || built="$target/release/libtickets_native.dylib"
cp "$built" "$packages/.tickets_native.new" # a job that runs keeps the file it has opened
mv "$packages/.tickets_native.new" "$packages/tickets_native.abi3.so"
.venv/bin/python -c 'from processing.kernel import built; found = built(); print(found if isinstance(found, str) else "The kernel is built.")'
