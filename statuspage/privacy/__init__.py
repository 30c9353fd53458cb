"""What the law asks the operator to say: the privacy notice, and the footer of every page."""
