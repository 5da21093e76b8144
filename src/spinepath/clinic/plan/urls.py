"""Addresses of this step."""

from django.urls import path

from spinepath.clinic.plan import consent_views, letter_views, views

urlpatterns = [
    path("episodes/<slug:key>/plan/", views.plan, name="plan"),
    path("episodes/<slug:key>/plan/choose/", views.choose, name="plan_choose"),
    path("episodes/<slug:key>/plan/other-ways/", views.alternatives, name="plan_alternatives"),
    path("episodes/<slug:key>/plan/<slug:plan_key>/agree/", views.agree, name="plan_agree"),
    path("episodes/<slug:key>/plan/<slug:plan_key>/<int:place>/nevertheless/", views.override, name="plan_override"),
    path("episodes/<slug:key>/plan/<slug:plan_key>/<int:place>/consent/", consent_views.consent, name="plan_consent"),
    path("episodes/<slug:key>/consents/<int:number>/", consent_views.given, name="consent_shown"),
    path("episodes/<slug:key>/consents/<int:number>/withdraw/", consent_views.withdraw, name="consent_withdraw"),
    path("episodes/<slug:key>/letters/", letter_views.letters, name="letters"),
    path("episodes/<slug:key>/letters/<slug:letter_key>.pdf", letter_views.letter, name="letter"),
]
