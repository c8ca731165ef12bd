"""Key to partition as Kafka's own clients choose it: murmur2 of the key, its sign bit dropped, modulo partitions.

Source: org.apache.kafka.common.utils.Utils.murmur2 and DefaultPartitioner, seed 0x9747b28c; librdkafka calls it
`murmur2_random`, which our producer is set to.
"""

_SEED, _M, _R = 0x9747B28C, 0x5BD1E995, 24
_MASK = 0xFFFFFFFF


def murmur2(data: bytes) -> int:
    """The hash as an unsigned 32-bit number."""
    length = len(data)
    h = _SEED ^ length
    for place in range(0, length - length % 4, 4):
        k = int.from_bytes(data[place : place + 4], "little") * _M & _MASK
        k = (k ^ k >> _R) * _M & _MASK
        h = h * _M & _MASK ^ k
    if rest := data[length - length % 4 :]:
        h = (h ^ int.from_bytes(rest, "little")) * _M & _MASK
    h = (h ^ h >> 13) * _M & _MASK
    return h ^ h >> 15


def partition(key: bytes, partitions: int) -> int:
    """The partition a key belongs to."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions
