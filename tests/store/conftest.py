"""What hypothesis may draw for the model's numbers."""

from hypothesis import strategies as st

from monitord.model import Instant

LAST = 253_402_300_799_999_999  # 9999-12-31T23:59:59.999999Z: a later one has no ISO text

st.register_type_strategy(float, st.floats(allow_nan=False))
st.register_type_strategy(Instant, st.integers(0, LAST).map(Instant))
