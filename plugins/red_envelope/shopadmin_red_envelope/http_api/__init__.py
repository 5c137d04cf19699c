"""The plugin's part of the storefront API: ``/api/v1/red-envelope/…``."""

from shopadmin_red_envelope.http_api import campaigns, orders, refunds, wallet

ENDPOINTS = (*campaigns.ENDPOINTS, *wallet.ENDPOINTS, *orders.ENDPOINTS, *refunds.ENDPOINTS)
