"""Documents, figures and what each report says."""
