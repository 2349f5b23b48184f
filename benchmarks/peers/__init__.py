"""Other people's senders, each as its documentation shows it.

They run as processes of their own, in an environment of their own: `python -m NAME PORT FOLDER
KIND`. KIND is `raw`, the same ready bytes to everybody, or `built`, a message for each reader.
"""
