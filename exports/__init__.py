"""Contract and Delta tables to published files: snapshot, check, publish; nothing unchecked ever leaves."""
