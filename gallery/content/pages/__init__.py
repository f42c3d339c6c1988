"""Pages, help, the home page, banners and the words of notices: kept in versions, edited by two at once."""
