"""The service: intake, pipeline, drafts, approval, delivery, SQL, web and wiring around the three pure rooms."""

__version__ = "0.1.0"
