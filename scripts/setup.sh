#!/bin/sh
# Make .venv with what one profile needs (run or dev), from the locks, hashes checked. Safe to interrupt and repeat:
# the stamp is written last, and it holds the locks' checksums, so a changed lock installs anew.
set -eu
cd "$(dirname "$0")/.."
profile="${1:-run}"

java_works() {
    for java in "${JAVA_HOME:+$JAVA_HOME/bin/java}" java; do
        [ -n "$java" ] || continue
        version=$("$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1) || continue
        case "$version" in 17|18|19|20|21|22|23|24) return 0 ;; esac
    done
    return 1
}
java_lock=""
java_works || java_lock=requirements-java.lock # no Java 17 to 24 here: a Java runtime packed as a wheel

locks_of() { # the locks of a profile
    case "$1" in dev) echo "requirements-dev.lock $java_lock" ;; *) echo "requirements.lock $java_lock" ;; esac
}
wanted() { # what a profile's stamp must hold
    # shellcheck disable=SC2046
    cat $(locks_of "$1") pyproject.toml scripts/setup.sh | cksum
}
ready() {
    [ -x .venv/bin/tickets ] && [ -f ".venv/.ready-$1" ] && [ "$(cat ".venv/.ready-$1")" = "$(wanted "$1")" ]
}
# What dev installs is enough to run, so the two never undo each other.
if ready dev || { [ "$profile" = run ] && ready run; }; then
    exit 0
fi
locks=$(locks_of "$profile")

python=""
for candidate in "${PYTHON:-}" python3.13 python3.12 python3.11 python3; do
    [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
    if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
        python="$candidate"
        break
    fi
done
if [ -z "$python" ]; then
    echo "Python 3.11, 3.12 or 3.13 is needed and was not found. Install one, or name it: make setup PYTHON=..." >&2
    exit 1
fi

rm -f .venv/.ready-*
if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then # missing, or an environment broken half way
    "$python" -m venv --clear .venv || {
        echo "python -m venv failed. On Debian and Ubuntu: apt-get install python3-venv" >&2
        exit 1
    }
fi
echo "Installing into .venv ($profile): $locks (about a minute the first time)" >&2
for lock in $locks; do
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
done
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
wanted "$profile" > ".venv/.ready-$profile"
