from tests.frontend.visiting import today as today
from tests.frontend.visiting import visitor as visitor
