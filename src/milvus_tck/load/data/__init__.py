"""What is inserted and searched: any number of rows, each worker its own, with their exact neighbours."""
