from frontend.parts import outlines

SQUARE = {"type": "Polygon", "coordinates": [[[100.0, 0.0], [101.0, 0.0], [101.0, -1.0], [100.0, -1.0], [100.0, 0.0]]]}
TWO = {"type": "MultiPolygon", "coordinates": [SQUARE["coordinates"], [[[99.0, 0.0], [99.001, 0.0], [99.0, 0.001]]]]}


def test_a_boundary_becomes_a_path_in_the_box():
    viewbox, paths = outlines.project({"13.06": SQUARE})
    assert viewbox == "-6 -6 412 412"
    assert paths == {"13.06": "M0 0 400 0 400 400 0 400 0 0z"}


def test_what_is_smaller_than_a_dot_is_left_out():
    _viewbox, paths = outlines.project({"13.09": TWO})
    assert paths["13.09"].count("M") == 1


def test_without_boundaries_there_is_an_empty_box():
    assert outlines.project({}) == ("0 0 400 400", {})
