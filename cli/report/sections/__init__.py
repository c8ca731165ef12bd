"""One module a section: from the opened tables, or the workspace, to its facts as frozen values."""
