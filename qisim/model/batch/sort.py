"""Sorting in place: the core allocates nothing while it runs."""

from qisim.model.batch.compile import compiled


@compiled
def sort(order, key, count):
    """Sort the first `count` places of `order` by `key`, ties by place: a heap sort."""
    for root in range(count // 2 - 1, -1, -1):
        _sink(order, key, root, count)
    for last in range(count - 1, 0, -1):
        order[0], order[last] = order[last], order[0]
        _sink(order, key, 0, last)


@compiled
def _later(a, b, key):
    return key[a] > key[b] or (key[a] == key[b] and a > b)


@compiled
def _sink(order, key, root, count):
    while 2 * root + 1 < count:
        child = 2 * root + 1
        if child + 1 < count and _later(order[child + 1], order[child], key):
            child += 1
        if not _later(order[child], order[root], key):
            return
        order[root], order[child] = order[child], order[root]
        root = child
