"""An image with PPP and without Wi-Fi."""


class PPP:
    """Nothing dials here."""
