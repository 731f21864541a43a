"""Every call of every port fails once, during a day of a modem's; then all is as before."""
