"""Where articles come from: websites, exports, folders and answered tickets, read again and again."""
