"""What the house says about itself: pages, help, banners, the words of notices, policies; and their editing."""
