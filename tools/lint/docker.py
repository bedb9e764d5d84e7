def check(repository):
    return ()
