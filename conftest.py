"""Settings of the test run, made before Django reads its own."""

import os
import tempfile

# A test must not see what `make run` left in var/.
os.environ.setdefault("ENVIRONMENT", "test")
os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="xianfeng-test-"))
os.environ.setdefault("SECRET_KEY", "a-key-for-tests-only-" + "x" * 40)
os.environ.setdefault("SECURE", "false")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xianfeng.settings")


import pytest  # noqa: E402


@pytest.fixture
def cast(db: None) -> "Cast":
    """The named people and organisations of xianfeng/testing.py."""
    from xianfeng.testing import make_cast

    return make_cast()
