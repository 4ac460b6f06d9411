"""One module for each full screen, and the dialogs that lie over them."""
