"""What may be defined: CreateCollection, by the rules for names, fields, types and properties."""
