"""The door for browsers: pages that ask the services and show what they say. Nothing here changes the record itself."""
