"""What the shop's pipelines share. Plain Python: no pipeline is defined here."""
