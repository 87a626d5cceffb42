"""geometry.py against brute force: every link, every size, every question asked of the links."""

from itertools import product

import numpy as np
import pytest
from geometries import (
    NAMED,
    SMALL,
    SOME_SIZES_EQUAL,
    axis_links,
    grid_links,
    layer_links,
    random_layers,
    sizes_that_could_be_confused,
    windows,
)

from convbp_helpers import Axis, Geometry

#: (size, kernel, stride, padding, dilation): every axis of up to 7 inputs in which a window fits.
AXES = [
    (size, kernel, stride, padding, dilation)
    for size, kernel, stride, dilation in product(range(1, 8), range(1, 5), range(1, 6), range(1, 4))
    for padding in ((0, 0), (1, 1), (2, 0), (0, 3), (4, 1))
    if dilation * (kernel - 1) + 1 <= size + sum(padding)
]

ids = [layer.name for layer in NAMED]


def geometry_of(layer):
    return Geometry.of(layer.x, layer.w, **layer.settings)


def rows(links):
    return [tuple(row) for row in np.asarray(links).tolist()]


def test_the_named_layers_are_what_they_are_named():
    assert len(NAMED) >= 25 and len({layer.name for layer in NAMED}) == len(NAMED)
    confusable = {
        layer.name
        for layer in NAMED
        if any(len(set(s)) < len(s) for s in sizes_that_could_be_confused(layer))
    }
    assert confusable == SOME_SIZES_EQUAL
    for layer in NAMED:
        if "leftover" in layer.name:
            assert any(layer.leftover), layer
        if "stride > " in layer.name:
            span = [d * (k - 1) + 1 for k, d in zip(layer.w[2:], layer.dilation, strict=True)]
            assert all(
                s > k
                for s, k in zip(layer.stride, span if "dilated" in layer.name else layer.w[2:], strict=True)
            )
    for stride in range(2, 5):  # every leftover there can be, from 1 to s - 1, for the small strides
        leftovers = {(s, r) for layer in NAMED for s, r in zip(layer.stride, layer.leftover, strict=True)}
        assert {(stride, r) for r in range(1, stride)} <= leftovers


def test_links_of_an_axis_are_all_triples_that_satisfy_the_identity(count):
    for given in AXES:
        axis, expected = Axis(*given), axis_links(*given)
        links = axis.links()
        assert links.shape == (len(expected), 3) and links.dtype.kind == "i", given
        assert rows(links) == expected, given  # ordered by u and then k
        assert not links.flags.writeable
    count("axes whose links equal brute force", len(AXES))


def test_each_question_asked_of_an_axis():
    for given in AXES:
        axis, links = Axis(*given), axis_links(*given)
        for ask, column, size in (
            (axis.links_of_output, 0, axis.out_size),
            (axis.links_of_tap, 1, axis.kernel),
            (axis.links_of_input, 2, axis.size),
        ):
            asked = [rows(ask(index)) for index in range(size)]
            assert asked == [[link for link in links if link[column] == index] for index in range(size)], (
                given
            )
            assert sum(map(len, asked)) == len(links), (
                given
            )  # every link belongs to one output, one tap, one input


def test_sizes_and_leftovers_of_an_axis():
    for given in AXES:
        axis = Axis(*given)
        size, kernel, stride, padding, dilation = given
        assert axis.out_size == windows(*given), given
        assert axis.span == len(range(0, dilation * (kernel - 1) + 1)), given
        assert axis.padded_size == size + sum(padding), given
        last_read = stride * (axis.out_size - 1) + dilation * (kernel - 1)
        assert axis.leftover == axis.padded_size - 1 - last_read, given
        assert 0 <= axis.leftover < stride, given


def test_the_slices_of_a_tap_are_its_links():
    for given in AXES:
        axis = Axis(*given)
        for k in range(axis.kernel):
            outputs, inputs = axis.slices_of_tap(k)
            u, i = range(axis.out_size)[outputs], range(axis.size)[inputs]
            assert [(a, k, b) for a, b in zip(u, i, strict=True)] == rows(axis.links_of_tap(k)), (given, k)


def test_input_of_says_where_padding_is_read():
    axis = Axis(5, 3, 2, (3, 1), 2)
    linked = {(u, k): i for u, k, i in axis_links(5, 3, 2, (3, 1), 2)}
    for u, k in product(range(axis.out_size), range(3)):
        assert linked.get((u, k)) == (axis.input_of(u, k) if 0 <= axis.input_of(u, k) < 5 else None)


@pytest.mark.parametrize("layer", NAMED, ids=ids)
def test_shapes_of_a_layer(layer):
    g = geometry_of(layer)
    assert (g.x_shape, g.w_shape, g.out_shape) == (layer.x, layer.w, layer.out)
    assert (g.input_grid, g.kernel_grid, g.output_grid) == (layer.x[2:], layer.w[2:], layer.out_grid)
    assert tuple(axis.leftover for axis in g.axes) == layer.leftover
    assert tuple(axis.padding for axis in g.axes) == layer.pads


def test_shapes_of_random_layers(count):
    layers = [layer for dims in (1, 2, 3) for layer in random_layers(dims, 200, seed=3)]
    for layer in layers:
        g = geometry_of(layer)
        assert (g.x_shape, g.w_shape, g.out_shape) == (layer.x, layer.w, layer.out), layer
        assert tuple(axis.padding for axis in g.axes) == layer.pads, layer
    count("random layers whose sizes equal brute force", len(layers))


@pytest.mark.parametrize("layer", SMALL, ids=[layer.name for layer in SMALL])
def test_each_question_asked_of_a_layer(layer):
    g, links = geometry_of(layer), grid_links(layer)
    for ask, column, grid in (
        (g.links_of_output, 0, g.output_grid),
        (g.links_of_tap, 1, g.kernel_grid),
        (g.links_of_input, 2, g.input_grid),
    ):
        for at in np.ndindex(*grid):
            assert sorted(ask(at)) == sorted(link for link in links if link[column] == at), at
    for i in np.ndindex(*g.input_grid):
        mask = g.influence(*i)
        assert mask.dtype == bool and mask.shape == g.output_grid
        assert {tuple(u) for u in np.argwhere(mask).tolist()} == {u for u, _, at in links if at == i}
    assert [k for k, _, _ in g.taps()] == sorted({k for _, k, _ in links})
    for k, outputs, inputs in g.taps():
        u, i = np.indices(g.output_grid)[:, *outputs], np.indices(g.input_grid)[:, *inputs]
        pairs = zip(u.reshape(layer.dims, -1).T.tolist(), i.reshape(layer.dims, -1).T.tolist(), strict=True)
        assert sorted((tuple(a), k, tuple(b)) for a, b in pairs) == sorted(
            link for link in links if link[1] == k
        )


@pytest.mark.parametrize("layer", NAMED, ids=ids)
def test_number_of_links_counted_three_ways(layer):
    axes = geometry_of(layer).axes
    for axis in axes:
        by_output = sum(len(axis.links_of_output(u)) for u in range(axis.out_size))
        by_tap = sum(
            outputs.stop - outputs.start for outputs, _ in map(axis.slices_of_tap, range(axis.kernel))
        )
        by_input = sum(len(axis.links_of_input(i)) for i in range(axis.size))
        assert by_output == by_tap == by_input == len(axis.links())
        if sum(axis.padding) == 0:
            assert len(axis.links()) == axis.out_size * axis.kernel  # nothing is lost to padding


@pytest.mark.parametrize("layer", SMALL, ids=[layer.name for layer in SMALL])
def test_channels_and_filters_of_a_group(layer):
    g, terms = geometry_of(layer), list(layer_links(layer))
    for f in range(g.filters):
        assert set(g.channels_of_filter(f)) == {x[1] for z, _, x in terms if z[1] == f}
    for c in range(g.channels):
        assert set(g.filters_of_channel(c)) == {z[1] for z, _, x in terms if x[1] == c}
        assert all(g.group_of_channel(c) == f * g.groups // g.filters for f in g.filters_of_channel(c))


@pytest.mark.parametrize("stride", [1, 2, 3, 5])
@pytest.mark.parametrize("dilation", [1, 2, 3])
def test_same_gives_one_output_per_stride_and_the_odd_one_goes_after(stride, dilation):
    for size, kernel in product(range(1, 14), range(1, 7)):
        axis = Geometry.of(
            (1, 1, size), (1, 1, kernel), stride=stride, padding="same", dilation=dilation
        ).axes[0]
        before, after = axis.padding
        assert axis.out_size == -(-size // stride)
        assert after - before in (0, 1)
        if before + after:  # no more than needed
            assert windows(size, kernel, stride, (0, before + after - 1), dilation) < axis.out_size


def test_same_by_hand():
    for size, kernel, stride, expected in (
        (5, 3, 1, (1, 1)),
        (5, 2, 1, (0, 1)),
        (5, 4, 1, (1, 2)),
        (6, 3, 2, (0, 1)),
        (7, 3, 2, (1, 1)),
        (6, 2, 2, (0, 0)),
        (9, 1, 4, (0, 0)),
    ):
        g = Geometry.of((1, 1, size), (1, 1, kernel), stride=stride, padding="same")
        assert g.axes[0].padding == expected


def test_valid_is_no_padding_and_every_way_to_say_padding_agrees():
    def axes(padding):
        return Geometry.of((1, 1, 7, 9), (1, 1, 2, 3), padding=padding).axes

    assert axes("valid") == axes(0) == axes((0, 0))
    assert (
        axes(2)
        == axes((2, 2))
        == axes([2, 2])
        == axes(np.array([2, 2]))
        == axes(np.int64(2))
        == axes(((2, 2), (2, 2)))
    )
    assert (
        axes((1, 2)) == axes(((1, 1), (2, 2))) == axes(np.array([[1, 1], [2, 2]])) == axes([[1, 1], (2, 2)])
    )
    assert [a.padding for a in axes(((1, 0), (0, 2)))] == [(1, 0), (0, 2)]


def test_the_row_of_notebook_01():
    axis = Axis(6, 3)
    assert axis.out_size == 4 and axis.leftover == 0 and len(axis.links()) == 12
    assert [len(axis.links_of_input(i)) for i in range(6)] == [1, 2, 3, 3, 2, 1]


def test_the_plane_of_notebook_00():
    mask = Geometry.of((1, 1, 5, 8), (1, 1, 2, 3)).influence(2, 3)
    assert mask.shape == (4, 6) and mask.sum() == 6 and mask[1:3, 1:4].all()


@pytest.mark.parametrize("index", [-1, 4, 100])
def test_an_index_that_does_not_exist(index):
    axis, g = Axis(4, 4, padding=(1, 2)), Geometry.of((1, 1, 4, 4), (1, 1, 4, 4), padding=((1, 2), (1, 2)))
    for ask in (axis.links_of_output, axis.links_of_tap, axis.links_of_input, axis.slices_of_tap):
        with pytest.raises(ValueError, match=str(index)):
            ask(index)
        with pytest.raises(TypeError, match="integer"):
            ask(1.0)
    for ask in (g.links_of_output, g.links_of_tap, g.links_of_input, lambda at: g.influence(*at)):
        with pytest.raises(ValueError, match=str(index)):
            ask((0, index))
