"""The pages that links in mails lead to. What runs them is a process of its own: `monitor web serve`."""
