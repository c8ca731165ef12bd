"""The data contracts (one folder each) and, in `compiler`, what reads them."""
