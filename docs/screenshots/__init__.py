"""Pictures of the running local stack for the docs; a tool for writers, not for use.

`make screenshots` runs it in Superset's environment, which has Selenium and Pillow.
Chromium and its driver come from the system (Debian: chromium, chromium-driver,
fonts-noto-cjk).
"""
