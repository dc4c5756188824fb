"""Operations of a load run: how a request is made, and what its answer means."""
