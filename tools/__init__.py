"""What the Makefile calls: the environment, the checks, the services of the tests, the message catalogues."""
