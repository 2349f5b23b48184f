"""An issue as the HTML and the text of an email, with slots for the reader."""
